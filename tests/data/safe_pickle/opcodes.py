"""Values to pickle, and pickles put together by hand from their opcodes."""

from collections import OrderedDict, defaultdict
from functools import cache
from pathlib import Path

import numpy as np

from euar.data import safe_pickle

ARRAYS = [
    np.arange(6, dtype=np.float32).reshape(1, 2, 3),
    np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    np.arange(12.0).reshape(2, 3, 2).transpose(1, 0, 2),
    np.arange(3, dtype=">i8"),
    np.arange(3, dtype=np.uint8),
    np.array([True, False]),
    np.array(3),
    np.zeros((0, 5)),
    np.array(["ab", "cé"]),
    np.array([None, "a", 1.5], dtype=object),
    np.array([], dtype="U"),
    np.array([""]),
    np.array([b"ab", b"c"]),
    np.array([["a", b"b", 1], [2.5, "é", np.float32(1)]], dtype=object),
    np.asfortranarray(np.array([[1, 2], [3, 4]], dtype=object)),
    np.float64(1.5),
    np.float32(2),
    np.bool_(True),
    np.str_("x"),
    np.str_(""),
    np.bytes_(b""),
]
PLAIN = {
    "numbers": [0, -5, 300, 70000, 2**40, 2**63, -(2**63), 1.5, True, False, None],
    "texts": ["", "é\n", "x" * 300, b"", b"\xff\x00", b"x" * 300],
    "tuples": ((), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)),
    "NumPy's numbers": [np.float32(1.5), np.float64(2), np.int64(3), np.bool_(True), np.str_("")],
    "sets": [set(), {1, "a"}],
    "dicts": [OrderedDict(a=1, b=2), defaultdict(int, {"x": 3}), defaultdict(list), {1: {2: 3}}],
}


def dtype(code: bytes, state: bytes) -> bytes:
    return b"cnumpy\ndtype\n(U" + bytes([len(code)]) + code + b"\x89\x88tR(" + state + b"tb"


F4 = dtype(b"f4", b"K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00")
OBJECT = dtype(b"O8", b"K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x3f")
EMPTY = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R"


def array(shape: bytes, dtype: bytes, raw: bytes) -> bytes:
    return EMPTY + b"(K\x01" + shape + dtype + b"\x89" + raw + b"tb"


def text(value: str) -> bytes:
    return b"X" + len(value.encode()).to_bytes(4, "little") + value.encode()


def load(folder: Path, content: bytes) -> object:
    """Write a pickle and load it."""
    path = folder / "some.pkl"
    path.write_bytes(content)
    return safe_pickle.load(path)


@cache
def colliding(bits: int) -> list[int]:
    """Return numbers of which each, in a dict of 2**bits places, meets thousands of others.

    Python goes from a taken place i on to 5 i + 1, plus what is left of the hash. The first numbers take
    the first places of that walk; each of the others begins on a taken one and walks over the rest.
    """
    places, rows = 2**bits, 2**bits // 2
    walk = [0]
    while len(walk) < places:
        walk.append((walk[-1] * 5 + 1) % places)
    taken, early = np.zeros((2, places), dtype=bool)
    taken[walk[:rows]] = early[walk[: rows // 4]] = True
    found: set[int] = set()
    generator = np.random.default_rng(0)
    while len(found) < rows // 4:
        hashes = generator.integers(places, 2**31, 2**16)
        place, left, meets = hashes % places, hashes, taken[hashes % places]
        while left.any():
            left = left >> 5
            place = (place * 5 + left + 1) % places
            meets &= taken[place]
        found |= set(hashes[meets & early[place]].tolist())
    return [*walk[:rows], *sorted(found)]


@cache
def numbers_as_keys(bits: int) -> bytes:
    """Return a pickle of a dict whose keys are `colliding`."""
    return b"\x80\x02}(" + b"".join(b"J" + n.to_bytes(4, "little") + b"N" for n in colliding(bits)) + b"u."
