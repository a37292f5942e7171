"""What else might tell a noisy modality: distance from the training rows, and experts that disagree.

`Far` needs no model, so no seeds. `Apart` trains the runs of `calibrated_sigma` once more, each at the rate
that validation chose there, and looks at their experts. Both are asked what the chapter asks of sigma.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from euar.chapters.calibrated_sigma import measure as calibrated_sigma
from euar.chapters.calibrated_sigma.measure import WORLDS, Knowing
from euar.chapters.other_signals.density import distances, together
from euar.chapters.other_signals.disagreement import disagreement
from euar.chapters.other_signals.scored import hit_rows, noise_scores, rater_scores
from euar.chapters.what_sigma_knows.measure import world
from euar.chapters.what_sigma_knows.meters import spearman
from euar.data import MultimodalDataset, features
from euar.data.features import Corruption
from euar.experiments.again import again
from euar.experiments.linear import baselines
from euar.experiments.measurement import Measurement, Observation
from euar.experiments.store import newest
from euar.experiments.watched import rounded
from euar.training import Run
from euar.training.batches import all_splits
from euar.training.provenance import describe

SYSTEMS = ("default", "calibrated")
#: {set: what test rows are corrupted by}; the tweets are not, their raters are asked.
NOISES: Mapping[str, tuple[str, ...]] = {
    "nyud": ("gaussian:10", "salt-pepper:10"),
    "mvsa": ("gaussian:10", "salt-pepper:10", "blank:5"),
    "embedded": (),
}
_DIGITS = 5
_CPU = torch.device("cpu")


@dataclass(frozen=True, kw_only=True)
class Far(Measurement):
    """The distance of test rows from the training rows, as data.

    Its result has `signals` {"density": {test split: what `noise_scores` returns}}; where raters' SDs are
    known, `"test"` has what `rater_scores` returns, where `"all"` is the distance in all features.

    Attributes:
        noises: KIND:STRENGTH, see `Corruption.parse`.
    """

    noises: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The signal."""
        return "density"

    def settings(self, dataset: MultimodalDataset) -> dict[str, Any]:  # noqa: ARG002  it fits any
        """Return what is fitted."""
        return {"model": {"type": f"{distances.__module__}.{distances.__name__}"}}

    def observe(self, dataset: MultimodalDataset) -> Observation:
        """Fit the training rows, and ask about all test splits."""
        found = {}
        for name, test in tests(dataset, self.noises).items():
            far = distances(test) | ({} if test.target_sd is None else {"all": together(test)})
            found[name] = _asked({m: values[None] for m, values in far.items()}, dataset, test)
        signals = {"density": rounded(found, _DIGITS)}
        return Observation({"signals": signals, "baselines": baselines(dataset)}, {})


@dataclass(frozen=True, kw_only=True)
class FarInWorlds(Measurement):
    """The same in a simulated world, where every row's noise is known; each seed is a draw of the world.

    Its result has `levels` {modality: the rank correlation with the noise, one a seed}.

    Attributes:
        seeds: of the draws.
    """

    data: str = "simulated"
    seeds: tuple[int, ...] = tuple(range(10))

    @property
    def name(self) -> str:
        """The signal."""
        return "density"

    def dataset(self) -> MultimodalDataset:
        """Return the data of the first seed, in raw units."""
        return world(str(self.variant), self.seeds[0])

    def settings(self, dataset: MultimodalDataset) -> dict[str, Any]:  # noqa: ARG002  it fits any
        """Return what is fitted."""
        return {"model": {"type": f"{distances.__module__}.{distances.__name__}"}}

    def observe(self, dataset: MultimodalDataset) -> Observation:
        """Fit each draw's training rows."""
        found = [self._followed(seed) for seed in self.seeds]
        levels = rounded({m: [one[m] for one in found] for m in found[0]}, _DIGITS)
        return Observation({"levels": levels, "baselines": baselines(dataset)}, {})

    def _followed(self, seed: int) -> dict[str, float]:
        drawn = world(str(self.variant), seed)
        test, far = drawn.split == "test", distances(drawn)
        return {m: spearman(far[m], level[test]) for m, level in drawn.meta["noise"].items()}


@dataclass(frozen=True, kw_only=True)
class Apart(Measurement):
    """The disagreement of trained experts, as data.

    Its result has `signals` {"chosen" and "all", see `disagreement`: as in `Far`}, where `"all"` among the
    readings of raters is the sum over modalities; and the `runs` that were trained.

    Attributes:
        row: whose runs are trained once more; its newest result says at which rates.
        noises: KIND:STRENGTH, see `Corruption.parse`.
    """

    row: Knowing
    noises: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The system."""
        return self.row.name

    def dataset(self) -> MultimodalDataset:
        """Return the data of the row."""
        return self.row.dataset()

    def request(self) -> dict[str, Any]:
        """Return the fields, those of the row as it asks itself."""
        return super().request() | {"row": self.row.request()}

    def settings(self, dataset: MultimodalDataset) -> dict[str, Any]:
        """Return the model's configuration, and which result chose the rates."""
        chosen = f"as chosen in calibrated_sigma/{self._measured()['key']}"
        return {"model": describe(self.row.config(dataset)), "lr": chosen}

    def observe(self, dataset: MultimodalDataset) -> Observation:
        """Train, and ask the experts about all test splits."""
        rates = [run["lr"] for run in self._measured()["runs"]]
        runs = again(self.row, dataset, rates)
        found: dict[str, dict[str, Any]] = {}
        for name, test in tests(dataset, self.noises).items():
            for signal, readings in _apart(runs, test).items():
                found.setdefault(signal, {})[name] = _asked(readings, dataset, test)
        records = [run.record() | {"lr": lr} for run, lr in zip(runs, rates, strict=True)]
        signals = rounded(found, _DIGITS)
        return Observation({"runs": records, "signals": signals, "baselines": baselines(dataset)}, {})

    def _measured(self) -> dict[str, Any]:
        found = newest("calibrated_sigma", [self.row])
        if not found:
            raise FileNotFoundError(
                f"{self.name}: expected a result of {self.row.data} in results/calibrated_sigma, found none; "
                "measure it first: euar experiment calibrated_sigma"
            )
        result: dict[str, Any] = found[0][1]
        return result


def tests(dataset: MultimodalDataset, noises: tuple[str, ...]) -> dict[str, MultimodalDataset]:
    """Return the set as it is, `"test"`, and with its test rows under each noise."""
    noisy = {name: features.corrupted(dataset, Corruption.parse(name)) for name in noises}
    return {"test": dataset, **noisy}


def measurements() -> list[Measurement]:
    """Return the distance on three real sets and in two worlds, and two systems' experts on the sets."""
    far = [Far(data=data, noises=noises) for data, noises in NOISES.items()]
    worlds = [FarInWorlds(variant=world) for world in WORLDS]
    return [*far, *worlds, *(Apart(data=row.data, row=row, noises=NOISES[row.data]) for row in _rows())]


def _rows() -> list[Knowing]:
    asked = calibrated_sigma.measurements()
    return [one for one in asked if isinstance(one, Knowing) and one.name in SYSTEMS]


def _apart(runs: Sequence[Run], test: MultimodalDataset) -> dict[str, dict[str, NDArray[Any]]]:
    """{signal: {modality, and "all", their sum: (S, n)}}."""
    rows = all_splits(test, _CPU)["test"]
    models: list[Any] = [run.model for run in runs]
    each = [disagreement(model, rows) for model in models]
    found = {
        signal: {m: np.stack([one[signal][m] for one in each]) for m in test.modalities} for signal in each[0]
    }
    return {signal: views | {"all": np.sum([*views.values()], axis=0)} for signal, views in found.items()}


def _asked(
    readings: Mapping[str, NDArray[Any]], clean: MultimodalDataset, test: MultimodalDataset
) -> dict[str, Any]:
    """The scores of readings (S, n) of the rows of a test split."""
    seen, hit = test.subset(split="test"), hit_rows(clean, test)
    found = noise_scores(readings, hit, seen.groups) if hit else {}
    return found | ({} if seen.target_sd is None else {"raters": rater_scores(readings, seen)})
