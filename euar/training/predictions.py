"""What trained models say about new rows, by id."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from euar.data.dataset import MultimodalDataset
from euar.encoders import EndToEnd
from euar.files import write_bytes
from euar.training.batches import Batch, Rows, features
from euar.training.device import one_thread
from euar.training.inside import announced, looked_into
from euar.training.predict import evaluating, predict_batch
from euar.training.preprocessing import Preprocessing
from euar.training.raw_source import RawSource
from euar.training.windows import following


@dataclass(frozen=True, eq=False)
class Predictions:
    """A table with a line for each row.

    Attributes:
        ids: (n,) str.
        values: (n,) ratings in the user's units, or (n, C) probabilities of the classes.
        classes: the names of the C classes; empty for ratings.
        sd: (n,) the standard deviation that the models announce for each rating; None of other systems.
        inside: further columns by name, (n,) each: what `routing` and `sigma` asked for.

    Example:
        >>> table = Predictions(np.array(["a", "b"]), np.array([[0.25, 0.75], [0.5, 0.5]]), ("no", "yes"))
        >>> table.columns["prediction"].tolist()
        ['yes', 'no']
    """

    ids: NDArray[Any]
    values: NDArray[Any]
    classes: tuple[str, ...] = ()
    sd: NDArray[Any] | None = None
    inside: dict[str, NDArray[Any]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def columns(self) -> dict[str, NDArray[Any]]:
        """{column: (n,)}: id, prediction (a rating, or a class by name), probabilities, and what is inside.

        Where the models announce their error there are `sd`, and `low` and `high`, a 90 % interval if errors
        are normal.
        `pandas.DataFrame(predictions.columns)` makes a frame of it.
        """
        if not self.classes:
            return {"id": self.ids, "prediction": self.values, **self._interval(), **self.inside}
        guess = np.array(self.classes)[self.values.argmax(axis=1)]
        shares = {f"p({name})": self.values[:, place] for place, name in enumerate(self.classes)}
        return {"id": self.ids, "prediction": guess, **shares, **self.inside}

    def _interval(self) -> dict[str, NDArray[Any]]:
        if self.sd is None:
            return {}
        reach = NormalDist().inv_cdf(0.95) * self.sd
        return {"sd": self.sd, "low": self.values - reach, "high": self.values + reach}

    def to_csv(self, path: str | Path) -> Path:
        """Write the columns as CSV in UTF-8, atomically, and return the path; NaN is an empty cell."""
        text = io.StringIO(newline="")
        lines = csv.writer(text, lineterminator="\n")
        lines.writerow(self.columns)
        lines.writerows(zip(*map(_cells, self.columns.values()), strict=True))
        write_bytes(Path(path), text.getvalue().encode())
        return Path(path)

    def __repr__(self) -> str:
        return f"Predictions({len(self)} rows: {', '.join(self.columns)})"


def predict_rows(
    models: Mapping[int, nn.Module],
    learned: Preprocessing,
    rows: MultimodalDataset,
    *,
    routing: bool = False,
    sigma: bool = False,
) -> Predictions:
    """Return the mean of what some models say about new rows.

    Args:
        models: {seed: model}, trained on the same data; at least one.
        learned: the preprocessing of these data.
        rows: new rows, see `Preprocessing.scaled`; their labels and splits, if they have some, do not count.
        routing: see `inside.looked_into`.
        sigma: see there.

    Raises:
        DataError: the rows do not fit, see `Preprocessing.scaled`.
        ValueError: routing or sigma of a model that has none.

    Example:
        >>> from euar.data import simulate
        >>> from euar.model import EUARConfig
        >>> rows = simulate(n=(32, 16, 16))
        >>> model = EUARConfig(rows.in_features).build()
        >>> predict_rows({0: model}, Preprocessing.of(rows), rows).values.shape
        (64,)
    """
    device = next(next(iter(models.values())).parameters()).device
    batch = _as_trained(next(iter(models.values())), learned, rows, device)
    said = np.stack([_probable(predict_batch(model, batch), learned.classes) for model in models.values()])
    errors: list[NDArray[Any] | None] = []
    inside: dict[str, NDArray[Any]] = {}
    for seed, model in models.items():
        prefix = f"seed-{seed}:" if len(models) > 1 else ""
        with one_thread(), evaluating(model):
            found = looked_into(model, batch, routing=routing, sigma=sigma)
            errors.append(announced(model, batch))
        inside |= {prefix + name: values for name, values in found.items()}
    mean = said.astype(np.float64).mean(axis=0)
    sd = _of_all(said, mean, [error for error in errors if error is not None])
    return Predictions(rows.ids, mean.astype(np.float32), learned.classes, sd, inside)


def _of_all(said: NDArray[Any], mean: NDArray[Any], errors: list[NDArray[Any]]) -> NDArray[np.float32] | None:
    """The standard deviation of the mixture of what several models say; None if one announces none."""
    if len(errors) < len(said):
        return None
    squares = np.stack(errors).astype(np.float64) ** 2 + (said - mean) ** 2
    sd: NDArray[np.float32] = np.sqrt(squares.mean(axis=0)).astype(np.float32)
    return sd


def _as_trained(
    model: nn.Module, learned: Preprocessing, rows: MultimodalDataset, device: torch.device
) -> Rows:
    """The rows as a model takes them: from their raw content where it has encoders."""
    if isinstance(model, EndToEnd):
        return RawSource(rows, model.config.encoders, learned=learned).whole(device)
    inputs, available = features(learned.scaled(rows), device)
    nothing = torch.empty((len(rows), 0), device=device)
    return Batch(inputs, available, nothing, learned.target, following(rows, device))


def _probable(answers: NDArray[Any], classes: tuple[str, ...]) -> NDArray[Any]:
    """Return ratings as they are, and logits (n, C) as probabilities."""
    if not classes:
        return answers
    probabilities: NDArray[Any] = torch.as_tensor(answers).double().softmax(dim=1).float().numpy()
    return probabilities


def _cells(values: NDArray[Any]) -> list[str]:
    missing = np.isnan(values) if values.dtype.kind == "f" else np.full(len(values), False)
    return ["" if none else str(cell) for cell, none in zip(values, missing, strict=True)]
