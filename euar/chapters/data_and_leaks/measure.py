"""What a linear model reads from each modality of the real sets: is a set sound, and do its features leak?

One result a set, variant and corruption of its test split. A leak shows as a modality that is better than
anybody's published model of it, see `euar.experiments.leaks`.
"""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from euar.data import MultimodalDataset, features, load
from euar.experiments.leaks import leak_test
from euar.experiments.linear import alone, baselines, evaluate, fitted
from euar.experiments.origin import origin, record
from euar.experiments.store import load_results
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
class Probe:
    """What to probe, as data.

    Attributes:
        data: a name for `euar.data.load`.
        variant: the data set's variant.
        corruption: KIND:STRENGTH of the test split, None for clean.
    """

    data: str
    variant: str | None = None
    corruption: str | None = None

    def key(self) -> str:
        """Return the key of the result, without fitting."""
        return self._origin(self._dataset())["key"]

    def measure(self, experiment: str) -> dict[str, Any]:
        """Fit the linear models and return the result, as `probe.schema.json` describes it."""
        start = time.time()
        dataset = self._dataset()
        return record(
            experiment,
            self._origin(dataset),
            start,
            labels=_labels(dataset),
            groups=_groups(dataset),
            probes={name: _linear(alone(dataset, name)) for name in dataset.modalities},
            baselines=baselines(dataset),
            leaks=leak_test(dataset),
        )

    def _dataset(self) -> MultimodalDataset:
        dataset = load(self.data, variant=self.variant)
        if self.corruption is None:
            return dataset
        return features.corrupted(dataset, features.Corruption.parse(self.corruption))

    def _origin(self, dataset: MultimodalDataset) -> dict[str, Any]:
        model = {"type": "euar.systems.linear.ridge", "corruption": self.corruption}
        return origin({"preset": "linear", "model": model}, dataset, self.variant)


def requests() -> list[Probe]:
    """Return a probe of every set and variant, and of every corrupted test split."""
    clean = [Probe(data=data, variant=variant) for data, variant in _SETS]
    noisy = [
        Probe(data=data, corruption=f"{kind}:{strength}")
        for data, kinds in _NOISE.items()
        for kind in kinds
        for strength in _STRENGTHS
    ]
    return clean + noisy


def newest(root: Path | None = None) -> dict[tuple[str, str | None, str | None], dict[str, Any]]:
    """Return {(set, variant, corruption): newest result}, in the order of `requests`.

    Args:
        root: the folder of all results, see `store`.
    """
    found = {
        (r["data"]["name"], r["data"]["variant"], r["config"]["model"]["corruption"]): r
        for r in reversed(load_results("probes", root))  # oldest first: the newest stays
    }
    order = [(probe.data, probe.variant, probe.corruption) for probe in requests()]
    return {key: found[key] for key in order if key in found}


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
    splits = {split: set(dataset.groups[dataset.split == split]) for split in SPLITS}
    shared = sum(sum(group in members for members in splits.values()) > 1 for group in set(dataset.groups))
    return {split: len(members) for split, members in splits.items()} | {"in several": shared}
