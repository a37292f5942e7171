"""What a trained system is tested under besides its own split: fewer modalities, and several draws of noise.

The paper's Table 2 does not say whether a model of fewer modalities was trained on them. Three protocols do:

    matched       one model for each set of modalities, trained and tested on it: a `Row` with `modalities`
    one-model     one model, which sees each training row under every set: `OneModel`
    test-only     one model, trained on all modalities, which loses some at test: `Withheld`
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from euar.data import MultimodalDataset, corruption, features
from euar.experiments.linear import evaluate, fitted
from euar.experiments.measurement import Observation
from euar.experiments.row import Row

PROTOCOLS = ("matched", "one-model", "test-only")
#: Noise on standardised features instead of pictures and words, for sets that come without these.
ON_FEATURES = "features"


@dataclass(frozen=True, kw_only=True)
class Tested(Row):
    """A row that knows its linear baselines on each of its other test splits: `baselines_by_test`."""

    def observe(self, dataset: MultimodalDataset) -> Observation:
        """Train, and add {test split: {baseline: metrics}}."""
        found, models = super().observe(dataset), fitted(dataset.standardize())
        tests = self.tests(dataset).items()
        by_test = {name: evaluate(models, test.standardize(), "test") for name, test in tests}
        return found._replace(fields=found.fields | {"baselines_by_test": by_test})


@dataclass(frozen=True, kw_only=True)
class Withheld(Tested):
    """A row that is tested under every smaller set of its modalities, see `only`."""

    def tests(self, dataset: MultimodalDataset) -> dict[str, MultimodalDataset]:
        """Return the set with a test split for each smaller set of modalities."""
        *smaller, _ = corruption.missing_sets(dataset.modalities)
        return {only(names): _withheld(dataset, names) for names in smaller}


@dataclass(frozen=True, kw_only=True)
class OneModel(Withheld):
    """The same, trained and selected on rows of which each stands there once under every set."""

    def dataset(self) -> MultimodalDataset:
        """Return the data, training and validation rows under every set of modalities."""
        return under_every_set(super().dataset())


@dataclass(frozen=True, kw_only=True)
class Draws(Tested):
    """A row that is tested under each noise several times, see `draws_of`.

    Attributes:
        noises: as in `Row`; or features:SD, noise on standardised features.
        draws: seeds of the noise.
    """

    draws: tuple[int, ...] = tuple(range(5))

    def tests(self, dataset: MultimodalDataset) -> dict[str, MultimodalDataset]:
        """Return the set with a test split for each noise and draw."""
        return {
            name: _noisy(dataset, noise, draw)
            for noise in self.noises
            for draw, name in zip(self.draws, draws_of(noise, self.draws), strict=True)
        }


def only(names: Sequence[str]) -> str:
    """Return the name of the test split with these modalities alone.

    Example:
        >>> only(["text", "audio"])
        'only text + audio'
    """
    return f"only {' + '.join(names)}"


def draws_of(noise: str, draws: Sequence[int] = tuple(range(5))) -> list[str]:
    """Return the names of the test splits of a noise, one a draw.

    Example:
        >>> draws_of("gaussian:5", (0, 1))
        ['gaussian:5, draw 0', 'gaussian:5, draw 1']
    """
    return [f"{noise}, draw {draw}" for draw in draws]


def under_every_set(dataset: MultimodalDataset) -> MultimodalDataset:
    """Return a set whose training and validation rows stand there once under each set of modalities.

    In expectation that is a set drawn anew for each row and epoch, uniformly among the non-empty ones, with
    as many epochs as there are sets in one. Test rows stay as they are. Rows of a group stay together under
    each set. A row that has none of a set's modalities is left out there.

    Args:
        dataset: in raw units.
    """
    *smaller, _ = corruption.missing_sets(dataset.modalities)
    parts = [_copies(dataset, names) for names in smaller]
    return joined([dataset, *(part for part in parts if part is not None)])


def _copies(dataset: MultimodalDataset, names: Sequence[str]) -> MultimodalDataset | None:
    have = np.any([dataset.available[name] for name in names], axis=0)
    keep = have & (dataset.split != "test")
    if not keep.any():
        return None
    part, said = dataset.subset(mask=keep), only(names)
    groups = None if part.groups is None else np.char.add(part.groups, f" {said}")
    others = {m: np.zeros(len(part), dtype=bool) for m in part.modalities if m not in names}
    named = replace(part, ids=np.char.add(part.ids, f" {said}"), groups=groups)
    return corruption.with_available(named, others)


def joined(parts: Sequence[MultimodalDataset]) -> MultimodalDataset:
    """Return the rows of several sets of the same columns; of `meta`, nothing stays."""
    first = parts[0]
    return MultimodalDataset(
        name=first.name,
        modalities={m: np.concatenate([part.modalities[m] for part in parts]) for m in first.modalities},
        target=np.concatenate([part.target for part in parts]),
        ids=np.concatenate([part.ids for part in parts]),
        split=np.concatenate([part.split for part in parts]),
        available={m: np.concatenate([part.available[m] for part in parts]) for m in first.modalities},
        groups=None if first.groups is None else np.concatenate([part.groups for part in parts]),
    )


def _withheld(dataset: MultimodalDataset, names: Sequence[str]) -> MultimodalDataset:
    """Withhold all other modalities from the test rows that have one of these."""
    have = np.any([dataset.available[name] for name in names], axis=0) & (dataset.split == "test")
    return corruption.with_available(dataset, {m: ~have for m in dataset.modalities if m not in names})


def _noisy(dataset: MultimodalDataset, noise: str, draw: int) -> MultimodalDataset:
    kind, _, strength = noise.partition(":")
    if kind != ON_FEATURES:
        return features.corrupted(dataset, features.Corruption.parse(noise, seed=draw))
    return replace(
        dataset, modalities={m: _shaken(dataset, m, float(strength), draw) for m in dataset.modalities}
    )


def _shaken(dataset: MultimodalDataset, modality: str, strength: float, draw: int) -> np.ndarray[Any, Any]:
    """Features whose test rows carry noise, in units of each column's spread over the training rows."""
    values, there = np.array(dataset.modalities[modality]), dataset.available[modality]
    train, test = (there & (dataset.split == word) for word in ("train", "test"))
    zero = np.zeros_like(values[test])
    noise = corruption.feature_noise(zero, list(dataset.ids[test]), modality, strength, draw)
    values[test] += values[train].std(axis=0) * noise
    return values
