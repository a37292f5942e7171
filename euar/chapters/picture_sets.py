"""What was measured on the two sets with pictures: systems and linear models, on clean and noisy rows."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from euar.chapters.data_and_leaks import measure as probes
from euar.experiments.comparison import Comparison
from euar.experiments.row import Row

Result = Mapping[str, Any]


class PictureSet(NamedTuple):
    """The newest results on one set.

    Attributes:
        systems: trained on both modalities.
        alone: {modality: the default trained on it alone}.
        linear: {noise, None for clean: linear models}; `"logistic"` is a name like that of a system.
    """

    systems: Comparison
    alone: Mapping[str, Result]
    linear: Mapping[str | None, Result]

    @property
    def names(self) -> list[str]:
        """All that can be compared, logistic regression last."""
        return [*self.systems, "logistic"]

    def scores(self, name: str, test: str | None = None, metric: str = "accuracy") -> NDArray[Any]:
        """Return a metric of each seed, (S,); logistic regression has none: (1,).

        Args:
            name: one of `names`.
            test: KIND:STRENGTH, "without MODALITY" of a system; None for the clean rows.
            metric: of classification.
        """
        if name == "logistic":
            return np.array([self.linear[test]["baselines"][name][metric]])
        return self.systems.scores(name, metric, test)

    def minus(self, name: str, other: str, test: str | None = None, metric: str = "accuracy") -> NDArray[Any]:
        """Return the differences of two, paired by seed, (S,)."""
        if "logistic" in (name, other):
            found: NDArray[Any] = self.scores(name, test, metric) - self.scores(other, test, metric)
            return found
        return self.systems.differences(name, other, metric, test)

    def over(self, name: str, other: str, tests: Iterable[str], metric: str = "accuracy") -> NDArray[Any]:
        """Return the mean difference over several tests, paired by seed, (S,)."""
        mean: NDArray[Any] = np.mean([self.minus(name, other, test, metric) for test in tests], axis=0)
        return mean


def picture_set(name: str, pairs: Sequence[tuple[Row, dict[str, Any]]]) -> PictureSet:
    """Put results in their places.

    Args:
        name: of the data set.
        pairs: of its rows, from `store.newest`.
    """
    linear = {noise: r for (data, _, noise), r in probes.by_condition().items() if data == name}
    return PictureSet(
        Comparison({row.system: r for row, r in pairs if row.modalities is None}),
        {row.modalities[0]: r for row, r in pairs if row.modalities is not None},
        linear,
    )
