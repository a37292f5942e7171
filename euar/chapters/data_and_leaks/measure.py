"""What a linear model reads from each modality of the real sets: is a set sound, and do its features leak?

One result a set, variant and corruption of its test split. A leak shows as a modality that is better than
anybody's published model of it, see `euar.experiments.leaks`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from euar.data import MultimodalDataset, features
from euar.experiments.leaks import leak_test
from euar.experiments.linear import alone, baselines, evaluate, fitted
from euar.experiments.measurement import Measurement, Observation
from euar.experiments.store import newest
from euar.training.batches import SPLITS

_SETS = (
    ("mosi", "official"),
    ("mosi", "unseen-video"),
    ("mosi", "leaked"),
    ("mosei", None),
    ("mvsa", None),
    ("nyud", None),
)
_NOISE = {"nyud": ("gaussian", "salt-pepper"), "mvsa": ("gaussian", "salt-pepper", "blank")}
_STRENGTHS = (5, 10)


@dataclass(frozen=True, kw_only=True)
class Probe(Measurement):
    """What to probe, as data.

    Attributes:
        corruption: KIND:STRENGTH of the test split, None for clean.
    """

    corruption: str | None = None

    @property
    def name(self) -> str:
        """What is probed."""
        return " ".join(filter(None, (self.data, self.variant, self.corruption)))

    def dataset(self) -> MultimodalDataset:
        """Return the data, in raw units, the test split corrupted."""
        dataset = super().dataset()
        if self.corruption is None:
            return dataset
        return features.corrupted(dataset, features.Corruption.parse(self.corruption))

    def settings(self, dataset: MultimodalDataset) -> dict[str, Any]:  # noqa: ARG002  linear models fit any
        """Return what is fitted."""
        return {"model": {"type": "euar.systems.linear.ridge"}}

    def observe(self, dataset: MultimodalDataset) -> Observation:
        """Fit the linear models."""
        found = {
            "labels": _labels(dataset),
            "groups": _groups(dataset),
            "probes": {name: _linear(alone(dataset, name)) for name in dataset.modalities},
            "baselines": baselines(dataset),
            "leaks": leak_test(dataset),
        }
        return Observation(found, {})


def measurements() -> list[Probe]:
    """Return a probe of every set and variant, and of every corrupted test split."""
    clean = [Probe(data=data, variant=variant) for data, variant in _SETS]
    noisy = [
        Probe(data=data, corruption=f"{kind}:{strength}")
        for data, kinds in _NOISE.items()
        for kind in kinds
        for strength in _STRENGTHS
    ]
    return clean + noisy


def by_condition() -> dict[tuple[str, str | None, str | None], dict[str, Any]]:
    """Return {(set, variant, corruption): newest result}, in the order of `measurements`."""
    found = newest("data_and_leaks", measurements())
    return {(probe.data, probe.variant, probe.corruption): result for probe, result in found}


def _linear(dataset: MultimodalDataset) -> dict[str, dict[str, float]]:
    """Return {split: metrics} of the linear model."""
    dataset = dataset.standardize()
    (*_, (name, model)) = fitted(dataset).items()
    return {split: evaluate({name: model}, dataset, split)[name] for split in SPLITS}


def _labels(dataset: MultimodalDataset) -> dict[str, Any]:
    """Return the names of the classes and the rows of each split in each class; ratings are rounded."""
    if dataset.task == "classification":
        names, classes = list(dataset.meta["classes"]), dataset.target
    else:
        names, classes = [str(c) for c in range(-3, 4)], np.rint(np.clip(dataset.target, -3, 3)) + 3
    counts = {
        split: np.bincount(classes[dataset.split == split].astype(int), minlength=len(names)).tolist()
        for split in SPLITS
    }
    return {"classes": names, "counts": counts}


def _groups(dataset: MultimodalDataset) -> dict[str, int]:
    """Return how many groups each split has, and how many are in more than one."""
    assert dataset.groups is not None  # all of these sets have groups
    splits = {split: set(dataset.groups[dataset.split == split]) for split in SPLITS}
    shared = sum(sum(group in members for members in splits.values()) > 1 for group in set(dataset.groups))
    return {split: len(members) for split, members in splits.items()} | {"in several": shared}
