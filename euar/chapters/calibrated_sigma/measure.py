"""Does a model know when it does not know? The same networks, losses that differ, noise that is known.

On simulated worlds each seed has a draw of its own, and every row and modality a known level of noise. On the
real sets the test pictures and texts are corrupted as in the paper; on the tweets twenty people disagreed.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from euar.chapters.calibrated_sigma.said import Said, said_by
from euar.chapters.calibrated_sigma.trials import of_errors, of_levels, of_noise
from euar.chapters.mvsa import measure as mvsa
from euar.chapters.nyud import measure as nyud
from euar.chapters.what_sigma_knows.measure import world
from euar.chapters.what_sigma_knows.meters import partial as partial_rank
from euar.chapters.what_sigma_knows.meters import spearman
from euar.data import MultimodalDataset
from euar.experiments.again import again
from euar.experiments.changed import named
from euar.experiments.linear import baselines
from euar.experiments.measurement import Fitted, Observation
from euar.experiments.row import Row
from euar.experiments.train import configure
from euar.experiments.watched import rounded
from euar.training import Recipe, fit
from euar.training.batches import all_splits, learned_of, split_tensors

#: What is compared; `changes` of the calibrated system take a part of it away.
SYSTEMS: tuple[tuple[str, tuple[tuple[str, Any], ...]], ...] = (
    ("default", ()),
    ("paper", ()),
    ("released", ()),
    ("calibrated", ()),
    ("calibrated", (("noisy", 0.0),)),
    ("calibrated", (("views", 0.0),)),
    ("calibrated", (("likelihood", "beta-nll"),)),
)
_CLASSES = ("qmf", "tmc")  # they announce doubts about classes alone
WORLDS = ("loud", "quiet")
_NOISES = {"nyud": nyud.NOISES, "mvsa": mvsa.NOISES}
_SIMULATED = Recipe(lr=3e-3, epochs=20)
_CPU = torch.device("cpu")
_DIGITS = 5


@dataclass(frozen=True, kw_only=True)
class Simulated(Fitted):
    """One system in one simulated world, as data; each seed trains on a draw of its own.

    A run adds `trials` to `Run.record`: `levels` and the errors' trials, see `trials`.

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
        test = all_splits(dataset, _CPU)["test"]
        said, rows = said_by(run.model, test), dataset.split == "test"
        known = {m: level[rows] for m, level in dataset.meta["noise"].items()}
        trials = {"levels": of_levels(said, known), **of_errors(said, test.target.numpy())}
        return {**run.record(), "trials": rounded(trials, _DIGITS)}

    def _world(self, seed: int) -> MultimodalDataset:
        return world(str(self.variant), seed)


@dataclass(frozen=True, kw_only=True)
class Knowing(Row):
    """One system on real data, as data: a `Row` whose chosen runs are asked what they know.

    A run adds `trials` {test split: trials}, see `trials`; where raters' SDs are known, `test` has `raters`
    {modality: {"plain", "given": rank correlation}}, the latter with ``|rating|`` held fixed.

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
        learned = learned_of(test)
        rows = split_tensors(test.scaled(learned.columns), "test", _CPU, learned.target)
        said, seen = said_by(model, rows), test.subset(split="test")
        trials = of_noise(said, _hit(clean, test)) | of_errors(_in_user_units(said, rows.scale), seen.target)
        if seen.target_sd is not None and test is clean:
            trials["raters"] = _raters(said, seen)
        return trials


def measurements() -> list[Fitted]:
    """Return every system in both simulated worlds, on the tweets, and on pictures and texts."""
    simulated = [Simulated(variant=w, system=s, changes=c) for w in WORLDS for s, c in SYSTEMS]
    tweets = partial(Knowing, data="embedded", recipe=Recipe(epochs=10, batch_size=32))
    raters = [tweets(system=s, changes=c) for s, c in SYSTEMS]
    noisy = [
        Knowing(data=data, system=system, changes=changes, noises=noises)
        for data, noises in _NOISES.items()
        for system, changes in (*SYSTEMS[:-1], *((name, ()) for name in _CLASSES))
    ]
    return [*simulated, *raters, *noisy]


def _hit(clean: MultimodalDataset, test: MultimodalDataset) -> Mapping[str, NDArray[np.bool_]]:
    """{modality: which test rows differ from the clean ones}, for those where some do."""
    rows = clean.split == "test"
    changed = {m: np.any(clean.modalities[m] != x, axis=1) for m, x in test.modalities.items()}
    hits = {m: (changed[m] & clean.available[m])[rows] for m in changed}  # where it is missing NaN may stand
    return {m: hit for m, hit in hits.items() if hit.any()}


def _in_user_units(said: Said, scale: Any) -> Said:
    if said.prediction.ndim == 2:
        return said
    sd = None if said.sd is None else said.sd * scale.sd
    return said._replace(prediction=scale.to_user(said.prediction), sd=sd)


def _raters(said: Said, seen: MultimodalDataset) -> dict[str, dict[str, float]]:
    """How what is said goes along with the raters' SD, where as many have rated."""
    few = seen.meta["pool"] == "20" if "pool" in seen.meta else np.full(len(seen), True)
    assert seen.target_sd is not None
    raters, extreme = seen.target_sd[few], np.abs(seen.target[few])
    readings = said.noise | ({} if said.sd is None else {"all": said.sd})
    return {
        name: {
            "plain": spearman(values[few], raters),
            "given": partial_rank(values[few], raters, [extreme]),
        }
        for name, values in readings.items()
    }
