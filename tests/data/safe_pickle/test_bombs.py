"""Pickles that are small and ask for much: each is refused before it takes time or memory."""

import pickle
import time
import tracemalloc
from functools import partial

import pytest

from euar.data import DataError, safe_pickle
from tests.data.safe_pickle import opcodes
from tests.data.safe_pickle.opcodes import F4, OBJECT, array, dtype, text


@pytest.fixture
def load_pickle(tmp_path):
    return partial(opcodes.load, tmp_path)


def _levels(levels: int, close: bytes) -> bytes:
    """Hold the value before ten times, again and again."""
    content = b"\x80\x02](" + text("ha") + b"q\x00"
    for level in range(levels):
        content += b"(" + (b"h" + bytes([level])) * 10 + close + b"q" + bytes([level + 1])
    return content + b"e."


def _again(first: bytes, times: int) -> bytes:
    """Make a call's name (key 0) and arguments (key 1), then call it many times."""
    return b"\x80\x02](" + first + b"h\x00h\x01R" * times + b"e."


def _long(value: int) -> bytes:
    return b"\x8a\x0a" + value.to_bytes(10, "little")


BIG = b"X" + (2**20).to_bytes(4, "little") + b"x" * 2**20
ITEMS = b"](" + b"".join(b"M" + n.to_bytes(2, "little") for n in range(50_000)) + b"e"
MEGABYTES = array(b"J\x00\x00\x10\x00\x85", F4, b"B\x00\x00\x40\x00" + bytes(2**22))
NOTHING = dtype(b"U0", b"K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00")
OBJECTS = array(b"M" + (20_000).to_bytes(2, "little") + b"\x85", OBJECT, b"](" + b"K\x01" * 20_000 + b"e")
ALIKE = b"](" + b"K\x01" * 20_000 + b"e"
PAIRS = b"](K\x01K\x02\x86q\x02" + b"h\x02" * 20_000 + b"e"
HUGE = (2**60).to_bytes(8, "little")
BOMBS = {
    "lists": _levels(25, b"l"),
    "tuples": _levels(25, b"t"),
    "nested lists": b"](" * 1000 + b"e" * 1000 + b".",
    "nested tuples": b"\x80\x02)" + b"\x85" * 100_000 + b".",
    "nested lists, one by one": b"]" * 100_000 + b"a" * 99_999 + b".",
    "empty sets": b"\x80\x04](" + b"\x8f" * 200_000 + b"e.",
    "empty dicts": b"\x80\x04](" + b"}" * 400_000 + b"e.",
    "texts": b"\x80\x02](" + BIG + b"q\x00" + b"h\x00" * 100_000 + b"e.",
    "encoding": _again(b"c_codecs\nencode\nq\x00" + BIG + text("latin1") + b"\x86q\x01", 1000),
    "sets": _again(b"c__builtin__\nset\nq\x00" + ITEMS + b"\x85q\x01", 1000),
    "arrays": b"\x80\x04](" + MEGABYTES + b"q\x00" + b"h\x00" * 10_000 + b"e.",
    "bytes": b"\x80\x04\x8e" + HUGE + b"x.",
    "text": b"\x80\x04\x8d" + HUGE + b"x.",
    "bytearray": b"\x80\x05\x96" + HUGE + b"x.",
    "frame": b"\x80\x04\x95" + HUGE + b"x.",
    "integer": b"\x80\x02\x8b\xff\xff\xff\x7fx.",
    "line": b"I" + b"1" * 2**20 + b"\n.",
    "shape": b"\x80\x02" + array(b"J\x00\x00\x00\x40J\x00\x00\x00\x40\x86", F4, b"U\x04abcd") + b".",
    "empty shape": array(b"K\x00J\x00\x00\x00\x40\x86", F4, b"U\x00") + b".",
    "one object array, held often": b"\x80\x04](" + OBJECTS + b"q\x00" + b"h\x00" * 20_000 + b"e.",
    "sets of one list": _again(b"c__builtin__\nset\nq\x00" + ALIKE + b"\x85q\x01", 20_000),
    "OrderedDicts of one list": _again(b"ccollections\nOrderedDict\nq\x00" + PAIRS + b"\x85q\x01", 20_000),
    "a set of an array": _again(b"c__builtin__\nset\nq\x00" + MEGABYTES + b"\x85q\x01", 20_000),
    "colliding integers": b"\x80\x02}("
    + b"".join(_long(n * (2**61 - 1)) + b"N" for n in range(50_000))
    + b"u.",
    "OrderedDicts of colliding numbers": _again(
        b"ccollections\nOrderedDict\nq\x00]("
        + b"".join(b"J" + number.to_bytes(4, "little") + b"N\x86" for number in opcodes.colliding(16))
        + b"e\x85q\x01",
        20_000,
    ),
    "a dict of colliding numbers": opcodes.numbers_as_keys(16),
    "one dict of numbers without order": b"\x80\x02}("
    + b"".join(b"J" + (7 * n % 30_011).to_bytes(4, "little") + b"N" for n in range(30_000))
    + b"u.",
    "empty texts": array(b"J\x00\x00\x00\x40\x85", NOTHING, b"U\x00") + b".",
    "objects": array(b"J\x00\x00\x00\x40\x85", OBJECT, b"]K\x01a") + b".",
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused_in_little_time_and_memory(name, tmp_path):
    path = tmp_path / "bomb.pkl"
    path.write_bytes(BOMBS[name])
    tracemalloc.start()
    start = time.process_time()
    try:
        with pytest.raises(DataError) as caught:
            safe_pickle.load(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert all(caught.value.args)
    assert peak < 2**26 + 10 * len(BOMBS[name])
    assert time.process_time() - start < 10


def test_a_key_far_away_in_the_memo_costs_nothing(load_pickle):
    tracemalloc.start()
    try:
        assert load_pickle(b"\x80\x02]r\xff\xff\xff\xff.") == []
        assert tracemalloc.get_traced_memory()[1] < 2**22
    finally:
        tracemalloc.stop()


def test_too_many_opcodes_are_refused(load_pickle, monkeypatch):
    monkeypatch.setattr("euar.data.safe_pickle._machine.MAX_OPCODES", 1000)
    with pytest.raises(DataError, match="more than 1000 opcodes"):
        load_pickle(pickle.dumps([None] * 1000))


def test_a_file_above_the_limit_is_refused(load_pickle, monkeypatch):
    monkeypatch.setattr(safe_pickle, "MAX_BYTES", 10)
    with pytest.raises(DataError, match="at most 10 bytes, found 23"):
        load_pickle(b"N" * 23)
