"""Two results side by side: paired by seed, by test row as well where their predictions are there."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from euar.data import MultimodalDataset, load
from euar.data.tasks import with_task
from euar.experiments.comparison import Comparison, data_of, summary
from euar.experiments.measurement import Predicted, ids_of
from euar.experiments.statistics import BootstrapInterval, bootstrap_mean_interval, detectable
from euar.experiments.store import load_predictions, read_result, using
from euar.intervals import Interval, t_interval
from euar.training import run_files
from euar.training.runs import run_folder
from euar.training.seeding import check_seeds

#: {metric that decides: whether less of it is better}; a result has one of them.
HEADLINE = {"mae": True, "accuracy": False}
_REMEDY = "name the data set of the runs by --data"


@dataclass(frozen=True)
class Side:
    """One of the two.

    Attributes:
        path: the folder of a training, or the JSON file of a result.
        result: what it holds.
    """

    path: Path
    result: dict[str, Any]

    @property
    def seeds(self) -> list[int]:
        """Of its runs."""
        return [run["seed"] for run in self.result["runs"]]

    @property
    def has_predictions(self) -> bool:
        """Whether its predictions were kept."""
        return self.path.is_dir() or self.path.with_suffix(".npz").exists()

    def predictions(self, dataset: MultimodalDataset) -> Predicted:
        """Return what its runs say about the test rows.

        Raises:
            DamagedFileError: a file is not as it was written.
            ValueError: a training's folder, and other data than it was trained on.
        """
        if self.path.is_file():
            return load_predictions(self.result, self.path.parent.parent)["test"]
        if dataset.sha256 != self.result["data"]["sha256"]:
            raise ValueError(f"data: expected the rows of {self.path}, found others; {_REMEDY}")
        return Predicted(ids_of(dataset), np.stack([_of_run(run_folder(self.path, s)) for s in self.seeds]))


@dataclass(frozen=True)
class Difference:
    """The first side minus the second in one metric.

    Attributes:
        metric: its name.
        over_seeds: paired by seed; an interval for other seeds on these rows.
        over_both: for other seeds and other rows; None without predictions.
    """

    metric: str
    over_seeds: Interval
    over_both: BootstrapInterval | None
    detectable_over_seeds: float

    @property
    def effect(self) -> Interval:
        """The interval that covers most."""
        return self.over_seeds if self.over_both is None else self.over_both.effect

    @property
    def detectable(self) -> float:
        """The true difference that would have been found in four of five tries; NaN for one value."""
        return self.detectable_over_seeds if self.over_both is None else self.over_both.detectable


def read_side(path: Path) -> Side:
    """Return what a training's folder or a result's file holds.

    Raises:
        DamagedFileError: no result is there, or a damaged one.
        ValueError: a result without trained runs.
    """
    result = read_result(path / "result.json" if path.is_dir() else path)
    if "runs" not in result:
        raise ValueError(f"{path}: expected a result with trained runs, found linear models alone")
    side = Side(path.parent if path.name == "result.json" else path, result)
    with using(path):  # all that is compared and printed
        Comparison({data_of(result): result}).lines([*summary(result)])
        check_seeds(side.seeds)
    return side


def differences(a: Side, b: Side, data: str | None = None) -> list[Difference]:
    """Return a minus b in each metric of both, paired by seed; the headline metric over test rows, too.

    Args:
        a: one side.
        b: the other, on the same data.
        data: where the data are now; None: where they were.

    Raises:
        ValueError: other data, or no seed in common.
    """
    both = Comparison({"a": a.result, "b": b.result})
    if not set(a.seeds) & set(b.seeds):
        raise ValueError(f"seeds: expected some in common, found {a.seeds} and {b.seeds}")
    found = []
    for metric in a.result["runs"][0]["test"]:
        values = both.differences("a", "b", metric)
        if np.isfinite(values).all():
            rows = _over_both(a, b, metric, data) if metric in HEADLINE else None
            found.append(Difference(metric, t_interval(values), rows, detectable(values)))
    return found


def verdict(difference: Difference, names: tuple[str, str]) -> str:
    """Return in plain words what a difference says.

    Args:
        difference: of the headline metric.
        names: of the two sides.
    """
    found = difference.effect
    words = f"{difference.metric} {found.signed()} over {found.n} seeds{_and_rows(difference)}"
    if math.isnan(found.low):
        return f"{words}: one seed in common and no predictions; nothing can be said about other seeds."
    if found.low == found.high == 0:
        return f"{words}: no seed and no row differs."
    if found.low <= 0 <= found.high:
        return (
            f"They cannot be told apart: {words}; the interval holds 0. That does not make them equal: a "
            f"true difference of {difference.detectable:.3f} would have been found in four of five tries."
        )
    first = (found.mean < 0) == HEADLINE[difference.metric]
    return f"{names[0 if first else 1]} is better: {words}; the interval does not hold 0."


def _and_rows(difference: Difference) -> str:
    return "" if difference.over_both is None else f" and {difference.over_both.groups} test rows or groups"


def _of_run(folder: Path) -> NDArray[Any]:
    fields = run_files.read_fields(folder)
    with (
        run_files.part(folder, fields, "predictions.npz", "arrays by split") as file,
        np.load(file) as arrays,
    ):
        predictions: NDArray[Any] = arrays["test"]
        return predictions


def _over_both(a: Side, b: Side, metric: str, data: str | None) -> BootstrapInterval | None:
    if not (a.has_predictions and b.has_predictions):
        return None
    request = a.result["config"]["request"]
    dataset = with_task(load(data or request["data"], variant=request["variant"]), request.get("task"))
    test = dataset.subset(split="test")
    ours, theirs = (_scores(side.predictions(dataset), test, metric) for side in (a, b))
    pairs = [(a.seeds.index(seed), b.seeds.index(seed)) for seed in a.seeds if seed in b.seeds]
    return bootstrap_mean_interval(np.stack([ours[i] - theirs[j] for i, j in pairs]), test.groups)


def _scores(said: Predicted, test: MultimodalDataset, metric: str) -> NDArray[Any]:
    """The metric of each seed and row, (S, n), in the order of the test rows."""
    place = {str(name): i for i, name in enumerate(said.ids)}
    if sorted(place) != sorted(map(str, test.ids)):
        raise ValueError(
            f"data: expected the {len(place)} test rows that were predicted, found others; {_REMEDY}"
        )
    values = said.values[:, [place[str(name)] for name in test.ids]].astype(np.float64)
    if metric == "accuracy":
        found: NDArray[Any] = (values.argmax(axis=-1) == test.target).astype(np.float64)
        return found
    error = np.abs(values - test.target)
    by_row: NDArray[Any] = error.reshape(*error.shape[:2], -1).mean(axis=-1)
    return by_row
