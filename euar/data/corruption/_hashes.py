"""Randomness that depends on names alone: numbers and generators from a seed and what they are for."""

import hashlib
from collections.abc import Iterable

import numpy as np


def numbers(count: int, ids: Iterable[str], *key: object) -> np.ndarray:
    """Return uniform uint64 (n, count), a row for each id that depends on the id and the key alone.

    Args:
        count: numbers an id.
        ids: n strings.
        key: what the numbers are for, such as a word and a seed.
    """
    base = hashlib.shake_128(_encoded(key))
    raw = bytearray()
    for name in ids:
        digest = base.copy()
        digest.update(_encoded([name]))
        raw += digest.digest(8 * count)
    return np.frombuffer(bytes(raw), dtype="<u8").reshape(-1, count)


def fractions(ids: Iterable[str], *key: object) -> np.ndarray:
    """Return uniform numbers in [0, 1), float64 (n,), one for each id, as in `numbers`."""
    return (numbers(1, ids, *key)[:, 0] >> np.uint64(11)) * 2.0**-53


def generator(*key: object) -> np.random.Generator:
    """Return a random generator that depends on the key alone."""
    return np.random.Generator(np.random.PCG64(int.from_bytes(hashlib.sha256(_encoded(key)).digest())))


def _encoded(key: Iterable[object]) -> bytes:
    """Return the parts one after the other, each behind its length, so that no two keys look alike."""
    parts = [str(part).encode() for part in key]
    return b"".join(len(part).to_bytes(8) + part for part in parts)
