"""On which scale ratings are learned and judged. This is the one place that decides it.

Ratings on the sentiment scale are learned as they are, with the paper's loss weights, and judged by its
metrics. Ratings are on it where those of the training split lie within [-3, 3] and on both sides of 0, as
those of CMU-MOSI and CMU-MOSEI do: the metrics compare signs, and classes from -3 to 3. All other ratings are
standardised on the training split for the model, whose answers return to the user's units, and judged by
metrics of any scale.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from euar.data.dataset import MultimodalDataset
from euar.data.errors import DataError

LIMIT = 3.0


class TargetScale(NamedTuple):
    """The step between ratings in the user's units and those that a model learns.

    Attributes:
        mean: 0 where the model learns the user's units.
        sd: 1 there.
        sentiment: whether the ratings are on the sentiment scale.

    Example:
        >>> TargetScale(mean=50.0, sd=20.0, sentiment=False).to_user(np.array([-1.0, 0.5]))
        array([30., 60.])
    """

    mean: float = 0.0
    sd: float = 1.0
    sentiment: bool = True

    def to_model(self, ratings: NDArray[Any]) -> NDArray[Any]:
        """Return what a model learns: mean 0 and SD 1; classes, and the sentiment scale, as they are."""
        return ratings if self._is_idle else _like(ratings, (_double(ratings) - self.mean) / self.sd)

    def to_user(self, answers: NDArray[Any]) -> NDArray[Any]:
        """Return a model's answers in the user's units."""
        return answers if self._is_idle else _like(answers, _double(answers) * self.sd + self.mean)

    @property
    def _is_idle(self) -> bool:
        return (self.mean, self.sd) == (0.0, 1.0)


#: The scale of sentiment ratings: nothing changes.
SENTIMENT = TargetScale()


def target_scale(dataset: MultimodalDataset) -> TargetScale:
    """Return the scale of a data set's labels, as its training split decides it; see above.

    Raises:
        DataError: the rows have no labels.

    Example:
        >>> from euar.data import simulate
        >>> target_scale(simulate(n=(32, 16, 16)))
        TargetScale(mean=0.0, sd=1.0, sentiment=True)
    """
    if not dataset.labelled:
        remedy = "rows without labels are for `Run.predict`"
        raise DataError(dataset.name, "target", "a label in every row", "none", remedy)
    seen = dataset.target[dataset.split == "train"]
    if dataset.task == "classification" or not seen.size:
        return TargetScale(sentiment=False)
    if -LIMIT <= seen.min() < 0 < seen.max() <= LIMIT:
        return SENTIMENT
    sd = float(_double(seen).std())
    return TargetScale(float(_double(seen).mean()), sd or 1.0, sentiment=False)  # 0: all alike


def described(dataset: MultimodalDataset) -> str:
    """Return what `fit` is about to learn: task, rows of each split, and scale.

    Example:
        >>> from euar.data import simulate
        >>> print(described(simulate(n=(32, 16, 16))))
        Task: regression; ratings on the sentiment scale, within [-3, 3]: learned as they are
        Rows: 32 train, 16 valid, 16 test
    """
    rows = ", ".join(f"{np.sum(dataset.split == word)} {word}" for word in ("train", "valid", "test"))
    return f"Task: {dataset.task}; {_words(dataset)}\nRows: {rows}"


def _words(dataset: MultimodalDataset) -> str:
    if dataset.task == "classification":
        names = class_names(dataset)
        return f"{len(names)} classes: {', '.join(names[:10])}{', ...' if len(names) > 10 else ''}"
    scale = target_scale(dataset)
    if scale.sentiment:
        return "ratings on the sentiment scale, within [-3, 3]: learned as they are"
    seen = dataset.target[dataset.split == "train"]
    return (
        f"ratings from {seen.min():g} to {seen.max():g}, not on the sentiment scale: learned with mean 0 and "
        f"SD 1 (now {scale.mean:.4g} and {scale.sd:.4g}), predicted in their own units"
    )


def class_names(dataset: MultimodalDataset) -> tuple[str, ...]:
    """Return the names of the classes, or their numbers where they have none; of ratings, no names.

    Example:
        >>> from euar.data import simulate
        >>> class_names(simulate(n=(32, 16, 16)))
        ()
    """
    if dataset.task == "regression":
        return ()
    names = dataset.meta.get("classes") or range(int(dataset.target.max()) + 1)
    return tuple(map(str, names))


def _double(values: NDArray[Any]) -> NDArray[np.float64]:
    return values.astype(np.float64)


def _like(values: NDArray[Any], changed: NDArray[np.float64]) -> NDArray[Any]:
    return changed.astype(values.dtype)
