"""Does a model know when it does not know? The same networks, losses that differ, noise that is known.

On simulated worlds each seed has a draw of its own, and every row and modality a known level of noise. On the
real sets the test pictures and texts are corrupted as in the paper; on the tweets twenty people disagreed.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from euar.chapters.calibrated_sigma.attainable import Attainable
from euar.chapters.calibrated_sigma.elsewhere import elsewhere
from euar.chapters.calibrated_sigma.intervals import conformal, of_intervals
from euar.chapters.calibrated_sigma.said import Said, said_by
from euar.chapters.calibrated_sigma.trials import of_errors, of_levels, of_noise, of_raters
from euar.chapters.mvsa import measure as mvsa
from euar.chapters.nyud import measure as nyud
from euar.chapters.what_sigma_knows.measure import world
from euar.data import MultimodalDataset
from euar.experiments.again import again
from euar.experiments.changed import named
from euar.experiments.linear import baselines
from euar.experiments.measurement import Fitted, Measurement, Observation
from euar.experiments.row import Row
from euar.experiments.train import configure
from euar.experiments.watched import rounded
from euar.training import Recipe, fit
from euar.training.batches import Batch, all_splits

#: What is compared; `changes` of the calibrated system take a part of it away.
SYSTEMS: tuple[tuple[str, tuple[tuple[str, Any], ...]], ...] = (
    ("default", ()),
    ("paper", ()),
    ("released", ()),
    ("calibrated", ()),
    ("calibrated", (("noisy", 0.0),)),
    ("calibrated", (("views", 0.0),)),
    ("heteroscedastic", ()),
    ("mc-dropout", ()),
    ("deep-ensemble", ()),
)
_OF_RATINGS = (("calibrated", (("likelihood", "beta-nll"),)),)
_OF_CLASSES = (("qmf", ()), ("tmc", ()))
#: What announces nothing, for the error alone; the chapters of pictures and texts have measured it there.
_SILENT = (("mlp-experts", ()), ("concat", ()), ("late-fusion", ()))
WORLDS = ("loud", "quiet")
_NOISES = {"nyud": nyud.NOISES, "mvsa": mvsa.NOISES}
_SIMULATED = Recipe(lr=3e-3, epochs=20)
_TWEETS = Recipe(epochs=10, batch_size=32)
_CPU = torch.device("cpu")
_DIGITS = 5


@dataclass(frozen=True, kw_only=True)
class Simulated(Fitted):
    """One system in one simulated world, as data; each seed trains on a draw of its own.

    A run adds `trials` to `Run.record`: `levels` and what `_of_errors` returns.

    Attributes:
        system: a name for `registry.find`.
        changes: (field, value) of its configuration where it differs.
        variant: a world.
    """

    data: str = "simulated"
    system: str = "calibrated"
    changes: tuple[tuple[str, Any], ...] = ()
    seeds: tuple[int, ...] = tuple(range(10))
    recipe: Recipe = _SIMULATED

    @property
    def name(self) -> str:
        """The system, and what differs."""
        return named(self.system, self.changes)

    def dataset(self) -> MultimodalDataset:
        """Return the data of the first seed, in raw units."""
        return self._world(self.seeds[0])

    def config(self, dataset: MultimodalDataset) -> Any:
        """Return the system's configuration."""
        return configure(self.system, dataset, dict(self.changes))

    def observe(self, dataset: MultimodalDataset) -> Observation:
        """Train every seed; no predictions are kept, since each seed has rows of its own."""
        runs = [self._tried(seed) for seed in self.seeds]
        return Observation({"runs": runs, "baselines": baselines(dataset)}, {})

    def _tried(self, seed: int) -> dict[str, Any]:
        dataset = self._world(seed)
        how = {**asdict(self.recipe), "device": "cpu", "progress": False}
        (run,) = fit(self.config(dataset), dataset, seeds=[seed], **how)
        splits, rows = all_splits(dataset, _CPU), dataset.split == "test"
        known = {m: level[rows] for m, level in dataset.meta["noise"].items()}
        said = said_by(run.model, splits["test"])
        trials = {"levels": of_levels(said, known), **_of_errors(said, run.model, splits)}
        return {**run.record(), "trials": rounded(trials, _DIGITS)}

    def _world(self, seed: int) -> MultimodalDataset:
        return world(str(self.variant), seed)


@dataclass(frozen=True, kw_only=True)
class Knowing(Row):
    """One system on real data, as data: a `Row` whose chosen runs are asked what they know.

    A run adds `trials` {test split: what `of_noise` and `_of_errors` return}; where raters' SDs are known,
    also `raters`, see `of_raters`.

    Attributes:
        changes: (field, value) of the system's configuration where it differs.
    """

    changes: tuple[tuple[str, Any], ...] = ()

    @property
    def name(self) -> str:
        """The system, and what differs."""
        return named(self.system, self.changes)

    def config(self, dataset: MultimodalDataset) -> Any:
        """Return the system's configuration for a data set."""
        return configure(self.system, dataset, dict(self.changes))

    def observe(self, dataset: MultimodalDataset) -> Observation:
        """Train as a row does, and ask the chosen runs."""
        found = super().observe(dataset)
        records = found.fields["runs"]
        runs = again(self, dataset, [record["lr"] for record in records])
        tests = {"test": dataset, **self.tests(dataset)}
        for record, run in zip(records, runs, strict=True):
            asked = {name: self._tried(dataset, test, run.model) for name, test in tests.items()}
            record["trials"] = rounded(asked, _DIGITS)
        return found

    def _tried(
        self, clean: MultimodalDataset, test: MultimodalDataset, model: torch.nn.Module
    ) -> dict[str, Any]:
        splits = all_splits(test, _CPU)  # no corruption touches validation
        said, seen = said_by(model, splits["test"]), test.subset(split="test")
        trials = of_noise(said, _hit(clean, test)) | _of_errors(said, model, splits)
        if seen.target_sd is not None:
            readings = said.noise | ({} if said.sd is None else {"all": said.sd})
            trials["raters"] = of_raters(readings, seen)
        return trials


@dataclass(frozen=True, kw_only=True)
class KnowingTweets(Knowing):
    """`Knowing` of the rated tweets, also tested on rated texts of other kinds."""

    data: str = "embedded"
    recipe: Recipe = _TWEETS

    def tests(self, dataset: MultimodalDataset) -> dict[str, MultimodalDataset]:
        """Return the set without each view, and with the texts of each other kind as its test rows."""
        return super().tests(dataset) | elsewhere(dataset)


def measurements() -> list[Measurement]:
    """Return every system in both simulated worlds, on the tweets, and on pictures and texts."""
    rating = (*SYSTEMS, *_OF_RATINGS)
    simulated = [Simulated(variant=w, system=s, changes=c) for w in WORLDS for s, c in (*rating, *_SILENT)]
    raters = [Attainable(), *(KnowingTweets(system=s, changes=c) for s, c in rating)]
    noisy = [
        Knowing(data=data, system=system, changes=changes, noises=noises)
        for data, noises in _NOISES.items()
        for system, changes in (*SYSTEMS, *_OF_CLASSES)
    ]
    return [*simulated, *raters, *noisy]


def _of_errors(said: Said, model: torch.nn.Module, splits: Mapping[str, Batch]) -> dict[str, Any]:
    """What `of_errors` returns, and of systems with an sd `conformal`: the `reach` of validation, its trial.

    Validation has chosen epoch and rate, so its errors are a little smaller than those of new rows.
    """
    target, valid = splits["test"].target.numpy(), splits["valid"]
    if said.sd is None:
        return of_errors(said, target)
    reach = conformal(said_by(model, valid), valid.target.numpy())
    return {**of_errors(said, target), "conformal": {"reach": reach, **of_intervals(said, target, reach)}}


def _hit(clean: MultimodalDataset, test: MultimodalDataset) -> Mapping[str, NDArray[np.bool_]]:
    """{modality: which test rows differ from the clean ones}, for those where some do; {} for other rows."""
    if not np.array_equal(clean.ids, test.ids):
        return {}
    rows = clean.split == "test"
    changed = {m: np.any(clean.modalities[m] != x, axis=1) for m, x in test.modalities.items()}
    hits = {m: (changed[m] & clean.available[m])[rows] for m in changed}  # where it is missing NaN may stand
    return {m: hit for m, hit in hits.items() if hit.any()}
