"""Does a model know noise that it has met? The systems of `calibrated_sigma`, trained on corrupted rows, too.

Of each training and validation row there is a clean copy, and one for each noise that is met, which hits
every modality with the same probability as in the test, by other draws. The tests have that noise, a weaker
one and another kind.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from euar.chapters.calibrated_sigma.measure import Knowing
from euar.chapters.mvsa import measure as mvsa
from euar.chapters.nyud import measure as nyud
from euar.data import MultimodalDataset, features
from euar.data.features import Corruption
from euar.experiments.protocols import joined

SYSTEMS = ("default", "calibrated", "heteroscedastic", "qmf", "tmc")
#: {set: what is met in training}; both sets are tested under more.
MET: Mapping[str, tuple[str, ...]] = {"nyud": ("gaussian:10",), "mvsa": ("gaussian:10", "blank:10")}
_TESTED = {"nyud": nyud.NOISES, "mvsa": mvsa.NOISES}
_OTHER_DRAWS = 1


@dataclass(frozen=True, kw_only=True)
class Met(Knowing):
    """`Knowing` of a system that was trained on corrupted rows, too.

    Attributes:
        met: KIND:STRENGTH of what training and validation rows are corrupted by, see `Corruption.parse`.
    """

    met: tuple[str, ...]

    def dataset(self) -> MultimodalDataset:
        """Return the rows, then the copies of training and validation rows under each noise that is met."""
        clean = super().dataset()
        return joined([clean, *(_copies(clean, noise) for noise in self.met)])

    def tests(self, dataset: MultimodalDataset) -> dict[str, MultimodalDataset]:
        """Return the set with its test split under each noise."""
        clean = super().dataset()
        noisy = {name: features.corrupted(clean, Corruption.parse(name)) for name in self.noises}
        return {name: _with_rows(dataset, test) for name, test in noisy.items()}


def measurements() -> list[Met]:
    """Return every system on both sets."""
    return [
        Met(data=data, system=system, met=met, noises=_TESTED[data])
        for data, met in MET.items()
        for system in SYSTEMS
    ]


def _copies(dataset: MultimodalDataset, noise: str) -> MultimodalDataset:
    """The training and validation rows under a noise."""
    rest = dataset.subset(mask=dataset.split != "test")
    hit = features.corrupted(
        replace(rest, split=np.full(len(rest), "test")), Corruption.parse(noise, seed=_OTHER_DRAWS)
    )
    groups = None if rest.groups is None else np.char.add(rest.groups, f" {noise}")
    return replace(hit, ids=np.char.add(rest.ids, f" {noise}"), groups=groups, split=rest.split)


def _with_rows(dataset: MultimodalDataset, first: MultimodalDataset) -> MultimodalDataset:
    """A set whose first rows have other features."""
    rest = {m: x[len(first) :] for m, x in dataset.modalities.items()}
    return replace(dataset, modalities={m: np.concatenate([x, rest[m]]) for m, x in first.modalities.items()})
