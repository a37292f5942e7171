"""What training returns: one `Run` per seed, and `Runs` to compare them."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Self, overload

import numpy as np
import torch
from torch import nn

from euar import sealed
from euar.data.dataset import MultimodalDataset
from euar.files import reading, write_bytes
from euar.tables import Table
from euar.training import run_files
from euar.training.origin import FILE, Origin
from euar.training.predictions import Predictions, predict_rows
from euar.training.preprocessing import Preprocessing

_SCORED = ("valid", "test")


@dataclass(frozen=True, eq=False)
class Run:
    """One seed's training.

    Attributes:
        seed: it decides the initial weights, the order of samples and the noise.
        model: with the weights of `best_epoch`.
        best_epoch: the epoch kept, counted from 1.
        history: a flat dict per epoch: `epoch`, `lr`, the means over its steps of `total`, `task`, each of
            the loss's `parts` by its name and `grad_norm` (before clipping), what selection minimises as
            `valid_criterion`, and `valid_…` for each metric on the validation split.
        metrics: `{"valid": {…}, "test": {…}}`, of the best epoch.
        predictions: `{"valid": (n,), "test": (n,)}`, or logits (n, C), in the order of the split's rows.
        seconds: time spent, interruptions not counted.
        identity: the hash of all that decided the run but its seed, where `fit` kept it in a folder.
        origin: its configuration, preprocessing and versions, which new rows need; `fit` knows them.
    """

    seed: int
    model: nn.Module
    best_epoch: int
    history: list[dict[str, float]]
    metrics: dict[str, dict[str, float]]
    predictions: dict[str, np.ndarray]
    seconds: float
    identity: str | None = None
    origin: Origin | None = None

    @property
    def criterion(self) -> float:
        """What selection minimised on the validation split, at the epoch kept."""
        return self.history[self.best_epoch - 1]["valid_criterion"]

    @property
    def preprocessing(self) -> Preprocessing:
        """What new rows go through: means, scales, class names, order of modalities.

        Raises:
            ValueError: the run has none; only `fit` and what it saved have.
        """
        if self.origin is None:
            raise ValueError(f"seed {self.seed}: a run without its preprocessing; train it with `fit`")
        return self.origin.preprocessing

    def predict(self, rows: MultimodalDataset, *, routing: bool = False, sigma: bool = False) -> Predictions:
        """Return the predictions of new rows, with or without labels, by id.

        Args:
            rows: in raw units; they are scaled as the training rows were, see `Preprocessing.scaled`. Only a
                model that renormalises over the batch minds which rows stand together, and one that reads
                the order of a group, see `euar.training.windows`, which of it are there.
            routing: also each modality's chosen experts and their weights, see `inside.looked_into`.
            sigma: also each modality's standard deviation, see there.

        Raises:
            DataError: the rows do not fit the model, or are standardised by other scales.
            ValueError: the run has no preprocessing, or its system no routing or sigma.
        """
        return predict_rows({self.seed: self.model}, self.preprocessing, rows, routing=routing, sigma=sigma)

    def record(self) -> dict[str, Any]:
        """The run's line in a result: seed, best epoch, seconds, and metrics by split."""
        return {"seed": self.seed, "best_epoch": self.best_epoch, "seconds": self.seconds, **self.metrics}

    def save(self, folder: str | Path) -> None:
        """Write `weights.pt`, `predictions.npz`, `model.json` and, last, `run.json`, the sign of a whole run.

        `run.json` holds the SHA-256 of the others and of itself; `model.json` is the run's origin, if known.
        """
        folder = Path(folder)
        content = {
            "weights.pt": run_files.torch_bytes(self.model.state_dict()),
            "predictions.npz": run_files.npz_bytes(self.predictions),
        }
        if self.origin is not None:
            content[FILE] = self.origin.to_json()
        for name, part in content.items():
            write_bytes(folder / name, part)
        hashes = {name: sealed.sha256(part) for name, part in content.items()}
        fields = {**self.record(), "identity": self.identity, "history": self.history, "files": hashes}
        sealed.write_json(folder / "run.json", fields)

    @classmethod
    def load(cls, folder: str | Path, model: nn.Module) -> Self:
        """Read what `save` wrote; `model` receives the weights.

        Raises:
            DamagedFileError: a file is not what `save` wrote, or the weights are of another model.
        """
        folder = Path(folder)
        fields = run_files.read_fields(folder)
        with run_files.part(folder, fields, "weights.pt", f"the weights of a {type(model).__name__}") as file:
            device = next(model.parameters()).device
            model.load_state_dict(torch.load(file, map_location=device, weights_only=True))
        with (
            run_files.part(folder, fields, "predictions.npz", "arrays by split") as file,
            np.load(file) as arrays,
        ):
            predictions = {split: arrays[split] for split in _SCORED}
        origin = Origin.read(folder, fields)
        with reading(folder / "run.json", "the fields of a run", run_files.remedy(folder)):
            return cls(
                seed=fields["seed"],
                model=model.eval(),
                best_epoch=fields["best_epoch"],
                history=[_with_nan(epoch) for epoch in fields["history"]],
                metrics={split: _with_nan(fields[split]) for split in _SCORED},
                predictions=predictions,
                seconds=fields["seconds"],
                identity=fields["identity"],
                origin=origin,
            )


def _with_nan(record: dict[str, float | None]) -> dict[str, float]:
    return {name: math.nan if value is None else value for name, value in record.items()}


def run_folder(folder: str | Path, seed: int) -> Path:
    """Where a seed's run lives below the folder of all runs."""
    return Path(folder) / f"seed-{seed}"


class Summary(NamedTuple):
    """A metric over n seeds: its mean and standard deviation (over n - 1; NaN for one seed)."""

    mean: float
    sd: float
    n: int

    def __str__(self) -> str:
        return f"{self.mean:.3f}" if math.isnan(self.sd) else f"{self.mean:.3f} ± {self.sd:.3f}"


def summarize(values: Iterable[float]) -> Summary:
    """Return mean, standard deviation and number of some values, one per seed."""
    values = list(values)
    sd = float(np.std(values, ddof=1)) if len(values) > 1 else math.nan
    return Summary(float(np.mean(values)), sd, len(values))


class Runs(Sequence[Run]):
    """The runs of several seeds, in the order asked for. Shown as a table of test metrics in a notebook.

    Args:
        runs: at least one.
    """

    def __init__(self, runs: Iterable[Run]):
        self._runs = tuple(runs)

    @overload
    def __getitem__(self, index: int) -> Run: ...
    @overload
    def __getitem__(self, index: slice) -> "Runs": ...
    def __getitem__(self, index: int | slice) -> "Run | Runs":
        return Runs(self._runs[index]) if isinstance(index, slice) else self._runs[index]

    def __len__(self) -> int:
        return len(self._runs)

    def __iter__(self) -> Iterator[Run]:
        return iter(self._runs)

    def values(self, metric: str, split: str = "test") -> list[float]:
        """Return one metric of every run, ready for `euar.chapters.claim`."""
        return [run.metrics[split][metric] for run in self]

    def summary(self, split: str = "test") -> dict[str, Summary]:
        """Return {metric: (mean, sd, n)} over the runs."""
        return {metric: summarize(self.values(metric, split)) for metric in self[0].metrics[split]}

    @property
    def preprocessing(self) -> Preprocessing:
        """What new rows go through, see `Run.preprocessing`."""
        return self[0].preprocessing

    def predict(self, rows: MultimodalDataset, *, routing: bool = False, sigma: bool = False) -> Predictions:
        """Return means over the runs: of ratings, or of class probabilities.

        Args:
            rows: see `Run.predict`, whose errors are the same.
            routing: as there, `seed-0:` and so on before the names of the columns.
            sigma: likewise.
        """
        models = {run.seed: run.model for run in self}
        return predict_rows(models, self.preprocessing, rows, routing=routing, sigma=sigma)

    def save(self, folder: str | Path) -> Path:
        """Write each run to `folder/seed-<seed>`: weights, predictions, history and metrics.

        Returns:
            The folder.
        """
        for run in self:
            run.save(run_folder(folder, run.seed))
        return Path(folder)

    def __repr__(self) -> str:
        lines = (f"  {metric:14}{summary}" for metric, summary in self.summary().items())
        return "\n".join([f"Runs of seeds {', '.join(str(run.seed) for run in self)}; test split:", *lines])

    def _repr_markdown_(self) -> str:
        return repr(Table(["test split", f"mean ± sd of {len(self)} seeds"], *self.summary().items()))
