"""Missing modalities: fixed sets, random sets at an exact rate, and sets drawn anew in training.

Masks say what is *available*: {modality: bool (n,)}, as in `MultimodalDataset`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np

from euar.data import _checks, _inputs
from euar.data.corruption import _hashes
from euar.data.dataset import MultimodalDataset
from euar.data.errors import DataError


def missing_sets(names: Iterable[str]) -> list[tuple[str, ...]]:
    """Return the sets of modalities of the fixed protocol: singles first, then pairs, all together last.

    Each is what is available, in the order of `names`: 7 sets of 3 modalities (Table 2 of the paper).
    """
    names = list(names)
    return [chosen for size in range(1, len(names) + 1) for chosen in combinations(names, size)]


def random_missing(ids: Sequence[str], names: Iterable[str], rate: float, seed: int) -> dict[str, np.ndarray]:
    """Return what is available when a share `rate` of all modality slots is missing at random.

    Exactly round(rate n M) of the n M slots are missing, and each sample keeps at least one modality: one,
    drawn uniformly, is never dropped, and the missing slots are drawn uniformly among the others. So all
    modalities are equally likely to be missing, and a sample misses Binomial(M - 1, rate M / (M - 1)) of
    them, but for the fixed total. It is a function of the *set* of ids and names, of the rate and of the
    seed; their order does not matter.

    Args:
        ids: (n,) the samples, each once.
        names: the M modalities, each once.
        rate: share of slots that are missing, from 0 to 1 - 1/M.
        seed: of the draw.

    Returns:
        {name: bool (n,)}, in the order of `names` and `ids`.

    Raises:
        DataError: an id or a name stands twice, there is no name, the rate leaves a sample without any
            modality, or the seed is no int from 0.
    """
    names, ids = list(names), [str(name) for name in ids]
    _check_once("ids", ids)
    _check_once("names", names)
    _checks.check_names("random_missing", "names", names)
    _check_rate(rate, len(names))
    _inputs.check_whole("random_missing", seed=seed)
    order = sorted(names)
    drawn = _hashes.numbers(2 * len(names), ids, "missing", seed, *order)  # (n, 2 M)
    kept, rank = drawn[:, : len(names)].argmin(axis=1), drawn[:, len(names) :].copy()
    droppable = np.arange(len(names)) != kept[:, None]  # (n, M)
    slots = np.flatnonzero(droppable)
    first = np.argsort(rank.ravel()[slots], kind="stable")[: round(rate * droppable.size)]
    available = np.ones(droppable.size, dtype=bool)
    available[slots[first]] = False
    available = available.reshape(droppable.shape)
    return {name: available[:, order.index(name)].copy() for name in names}


def modality_dropout(
    ids: Sequence[str], available: Mapping[str, np.ndarray], epoch: int, seed: int
) -> dict[str, np.ndarray]:
    """Return what a training epoch shows of each sample: a random non-empty set of what it has.

    Every non-empty set of the available modalities is equally likely. A sample's set depends on its id, the
    epoch and the seed alone, not on the batch.

    Args:
        ids: (n,)
        available: {m: bool (n,)}, at least one true a row; what the samples have.
        epoch: from 0; another epoch draws other sets.
        seed: of the draw.

    Raises:
        DataError: a mask is not bool (n,), a row has no modality, or epoch or seed is no int from 0.
    """
    _inputs.check_whole("modality_dropout", epoch=epoch, seed=seed)
    _checks.check_names("modality_dropout", "available", available)
    for mask in available.values():
        _checks.check_mask("modality_dropout", mask, len(ids))
    names = sorted(available)
    have = np.stack([available[name] for name in names], axis=1)  # (n, M)
    count = have.sum(axis=1)
    if not count.all():
        found = f"none in row {np.flatnonzero(count == 0)[0]}"
        raise DataError("modality_dropout", "available", "a modality in every row", found, "drop the row")
    drawn = _hashes.numbers(1, ids, "dropout", seed, epoch)[:, 0]
    chosen = drawn % (2 ** count.astype(np.uint64) - 1) + 1  # bit i: the i-th modality that the row has
    place = np.cumsum(have, axis=1) - 1
    keep = have & ((chosen[:, None] >> place.clip(0).astype(np.uint64)) & 1).astype(bool)
    return {name: keep[:, names.index(name)].copy() for name in available}


def with_available(dataset: MultimodalDataset, available: Mapping[str, np.ndarray]) -> MultimodalDataset:
    """Return a set in which only that remains available which was, and which `available` lets pass.

    Args:
        dataset: the set; its features stay as they are, models must not read what is not available. Its
            `standardize` makes them 0; call it first where masks must not change the means it takes.
        available: {m: bool (n,)}; a modality that it leaves out keeps its rows.

    Raises:
        DataError: a name is unknown, a mask has another shape, or a row would be left without any modality.
    """
    _checks.check_known(dataset.name, "available", available, dataset.available)
    for mask in available.values():
        _checks.check_mask(dataset.name, mask, len(dataset))
    passed = {name: dataset.available[name] & mask for name, mask in available.items()}
    return replace(dataset, available={**dataset.available, **passed})


def withheld(
    dataset: MultimodalDataset, modality: str, among: Iterable[str] | None = None
) -> dict[str, np.ndarray]:
    """Return what is available when the test rows lose a modality, those that have another.

    Args:
        dataset: the set.
        modality: which one they lose.
        among: the modalities that are used; all by default.

    Returns:
        {modality: bool (n,)}, as `with_available` takes it.
    """
    everywhere = np.ones(len(dataset), dtype=bool)  # of what has no features, only raw content
    used = among or dataset.modalities
    others = [dataset.available.get(name, everywhere) for name in used if name != modality]
    return {modality: ~((dataset.split == "test") & np.any(others, axis=0))}


def _check_once(field: str, values: list[str]) -> None:
    for value, count in Counter(values).most_common(1):
        if count > 1:
            raise DataError(
                "random_missing", field, "each once", f"{value!r} {count} times", "drop the others"
            )


def _check_rate(rate: float, modalities: int) -> None:
    highest = 1 - 1 / modalities
    if not (_inputs.is_number(rate) and 0 <= rate <= highest):
        expected = f"0 to 1 - 1/M = {highest:.4f}: a sample keeps one of its {modalities} modalities"
        raise DataError("random_missing", "rate", expected, _inputs.shown(rate), "choose a rate within it")
