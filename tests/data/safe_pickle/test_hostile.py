"""Hostile and damaged pickles: each is refused, with the name of what it asked for, and never runs."""

import os
import pickle
import subprocess
from collections import Counter, OrderedDict, defaultdict, deque
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from functools import partial
from pathlib import Path, PurePosixPath
from uuid import UUID

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from euar.data import DataError, safe_pickle
from tests.data.safe_pickle import opcodes
from tests.data.safe_pickle.opcodes import EMPTY, F4, OBJECT, array, dtype, text


@pytest.fixture
def load_pickle(tmp_path):
    return partial(opcodes.load, tmp_path)


class Asks:
    """Pickles as a call of `call` with `arguments`; `state` goes to BUILD."""

    def __init__(self, call, *arguments, state=None):
        self.parts = (call, arguments) if state is None else (call, arguments, state)

    def __reduce__(self):
        return self.parts


def _touch(marker: Path) -> str:
    return f"touch '{marker}'"


def _python(marker: Path) -> str:
    return f"__import__('pathlib').Path({str(marker)!r}).touch()"


SYSTEM = f"{os.system.__module__}.system"
RUNS = {  # name -> (what writes the marker when it is opened with pickle, what the refusal names)
    "system": (lambda m: Asks(os.system, _touch(m)), SYSTEM),
    "subprocess": (lambda m: Asks(subprocess.check_call, ["touch", str(m)]), "subprocess.check_call"),
    "eval": (lambda m: Asks(eval, _python(m)), "builtins.eval"),
    "exec": (lambda m: Asks(exec, _python(m)), "builtins.exec"),
    "getattr": (lambda m: Asks(getattr, Asks(eval, _python(m)), "real", 1), "builtins.getattr"),
    "in a list": (lambda m: [1, {"a": (Asks(eval, _python(m)),)}], "builtins.eval"),
    "as a key": (lambda m: {Asks(eval, _python(m)): 1}, "builtins.eval"),
    "nested": (lambda m: Asks(list, Asks(eval, _python(m))), "builtins.eval"),
    "as a state": (lambda m: Asks(OrderedDict, state=Asks(eval, _python(m))), "builtins.eval"),
    "in an array": (lambda m: np.array([1, Asks(eval, _python(m))], dtype=object), "builtins.eval"),
    "as a method": (lambda m: Asks(m.touch), "builtins.getattr"),
}


@pytest.mark.parametrize("name", RUNS)
def test_the_corpus_has_teeth(name, tmp_path):
    marker = tmp_path / "marker"
    content = pickle.dumps(RUNS[name][0](marker))
    with suppress(TypeError, AttributeError, ValueError):
        pickle.loads(content)
    assert marker.exists()


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("name", RUNS)
def test_calls_are_refused_by_name_and_do_not_run(name, protocol, tmp_path, load_pickle):
    marker = tmp_path / "marker"
    build, asked = RUNS[name]
    content = pickle.dumps(build(marker), protocol)
    with pytest.raises(DataError) as caught:
        load_pickle(content)
    python_2 = {"builtins": "__builtin__", "subprocess": "commands"}  # what protocols 0 to 2 call them
    module, _, word = asked.partition(".")
    assert caught.value.found in (asked, f"{python_2.get(module)}.{word}")
    assert caught.value.file == str(tmp_path / "some.pkl")
    assert all(caught.value.args)
    assert not marker.exists()


REFUSED = {  # opcodes -> what the refusal names
    "INST": (b"(S'true'\nios\nsystem\n.", "INST os.system"),
    "OBJ": (b"(cnumpy\nndarray\nS'true'\no.", "OBJ"),
    "OBJ of a foreign name": (b"(cos\nsystem\nS'true'\no.", "os.system"),
    "NEWOBJ": (b"\x80\x02cnumpy\nndarray\n)\x81.", "NEWOBJ"),
    "NEWOBJ of a foreign name": (b"\x80\x02cbuiltins\nobject\n)\x81.", "builtins.object"),
    "NEWOBJ_EX": (b"\x80\x04cnumpy\nndarray\n)}\x92.", "NEWOBJ_EX"),
    "EXT1": (b"\x80\x02\x82\x07.", "EXT1 7"),
    "EXT2": (b"\x80\x02\x83\x07\x01.", "EXT2 263"),
    "EXT4": (b"\x80\x02\x84\x07\x00\x00\x00.", "EXT4 7"),
    "PERSID": (b"Psecret\n.", "PERSID secret"),
    "BINPERSID": (text("secret") + b"Q.", "BINPERSID"),
    "NEXT_BUFFER": (b"\x80\x05\x97.", "NEXT_BUFFER"),
    "READONLY_BUFFER": (b"\x80\x05N\x98.", "READONLY_BUFFER"),
    "DUP": (b"\x80\x02]2.", "DUP"),
    "dotted": (b"\x80\x04\x8c\x05numpy\x8c\x0ecore.os.system\x93.", "numpy.core.os.system"),
    "dotted onto an admitted name": (
        b"\x80\x04\x8c\x05numpy\x8c\x16core.multiarray.scalar\x93.",
        "numpy.core.multiarray.scalar",
    ),
    "globals of an admitted name": (
        b"\x80\x04\x8c\x15numpy.core.multiarray\x8c\x19_reconstruct.__globals__x\x93.",
        "numpy.core.multiarray._reconstruct.__globals__x",
    ),
    "a name that is no text": (b"\x80\x04]K\x01\x93.", "the name a list . 1"),
    "a name that does not print": (b"\x80\x04\x8c\x02o\x1b\x8c\x01x\x93.", r"'o\x1b.x'"),
    "a call of the stub": (b"c__main__\nreturn_unk\n)R.", "a call of __main__.return_unk"),
    "a call of a list": (b"\x80\x02])R.", "a call of a list"),
    "a call of a type": (b"cbuiltins\ndict\n)R.", "a call of builtins.dict"),
    "a call with no tuple": (b"\x80\x02cnumpy\ndtype\n]R.", "a call of numpy.dtype"),
    "a call with other arguments": (b"\x80\x02cnumpy\ndtype\n)R.", "numpy.dtype with other arguments"),
    "a type among the values": (b"\x80\x02cbuiltins\ndict\n.", "builtins.dict"),
    "ndarray among the values": (b"\x80\x02]cnumpy\nndarray\na.", "numpy.ndarray"),
    "a dtype among the values": (F4 + b".", "a Float32DType"),
    "an array without a state": (b"\x80\x02]" + EMPTY + b"a.", "numpy.ndarray"),
    "a bytearray": (pickle.dumps(bytearray(b"abc"), 5), "a bytearray"),
    "a state for a dict": (b"\x80\x02}}" + text("__class__") + b"K\x01sb.", "a state for a dict"),
    "a state for a name": (b"\x80\x02cnumpy\ndtype\n)b.", "a state for numpy.dtype"),
    "a state that is no tuple": (EMPTY + b"}b.", "a state for a Pending"),
    "a state twice": (array(b"K\x01\x85", F4, b"U\x04abcd") + b")b.", "a state for a ndarray"),
    "another codec": (
        b"c_codecs\nencode\n(" + text("x") + text("rot13") + b"tR.",
        "_codecs.encode to 'rot13'",
    ),
    "no codec": (b"c_codecs\nencode\n(" + text("x") + b"tR.", "_codecs.encode with other arguments"),
    "an encoding of no text": (b"c_codecs\nencode\n(]" + text("latin1") + b"tR.", "_codecs.encode"),
    "text outside the codec": (
        b"c_codecs\nencode\n(" + text("€") + text("latin1") + b"tR.",
        "_codecs.encode",
    ),
    "decode": (b"c_codecs\ndecode\n.", "_codecs.decode"),
    "a factory": (pickle.dumps(defaultdict(eval), 2), "__builtin__.eval"),
    "an admitted name as a factory": (
        b"ccollections\ndefaultdict\ncnumpy\ndtype\n\x85R.",
        "collections.defaultdict",
    ),
    "a list as a key": (b"\x80\x02}]K\x01s.", "a key of type list"),
    "a tuple as a key": (pickle.dumps({(1, 2): 3}), "a key of type tuple"),
    "a tuple in a set": (pickle.dumps({(1, 2)}), "a key of type tuple"),
    "a frozenset": (pickle.dumps(frozenset({1}), 4), "FROZENSET"),
    "complex": (pickle.dumps(1j), "builtins.complex"),
    "an integer without end": (pickle.dumps(2**100), "an integer of 101 bits"),
    "values left over": (b"\x80\x02K\x01K\x02.", "2 values at the end"),
    "bytes left over": (pickle.dumps(1) + pickle.dumps(2), "bytes after the end"),
    "items of a list": (b"\x80\x02](K\x01K\x02u.", "a change of a list"),
    "a callable in an object array": (pickle.dumps(np.array([len], dtype=object)), "builtins.len"),
    "an admitted name in an object array": (
        array(b"K\x01\x85", OBJECT, b"]cnumpy\ndtype\na") + b".",
        "numpy.ndarray of objects that holds numpy.dtype",
    ),
    "a list in an object array": (
        array(b"K\x01\x85", OBJECT, b"]]a") + b".",
        "numpy.ndarray of objects that holds list",
    ),
    "an object array in itself": (
        EMPTY + b"q\x01(K\x01K\x01\x85" + OBJECT + b"\x89]h\x01atb.",
        "numpy.ndarray of objects that holds Pending",
    ),
    "an object array from bytes": (
        b"\x80\x02" + array(b"K\x01\x85", OBJECT, b"U\x08\x01\x02\x03\x04\x05\x06\x07\x08") + b".",
        "numpy.ndarray of objects of shape (1,)",
    ),
    "an object as a scalar": (
        b"\x80\x02cnumpy.core.multiarray\nscalar\n" + OBJECT + b"U\x0812345678\x86R.",
        "numpy.ndarray of bytes with",
    ),
    "a matrix": (pickle.dumps(np.ones(2).view(np.recarray), 2), "numpy.rec"),
    "a masked array": (pickle.dumps(np.ma.ones(2), 2), "numpy.ma"),
    "fields": (pickle.dumps(np.zeros(1, dtype=[("a", "f4")]), 2), "numpy.dtype of 'V4'"),
    "metadata": (
        dtype(b"f4", b"K\x04U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00}") + b".",
        "numpy.dtype f4 with fields, metadata",
    ),
    "dates": (pickle.dumps(np.array(["2020-01-01"], dtype="M8[D]"), 2), "numpy.dtype of 'M8'"),
    "field names": (
        b"\x80\x02" + dtype(b"f4", b"K\x03U\x01<NU\x01a\x85}J\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00") + b".",
        "numpy.dtype f4 with fields",
    ),
    "a lying byte order": (dtype(b"f4", b"K\x03U\x01|NNNK\x00K\x00K\x00") + b".", "byte order '|'"),
    "a lying size": (dtype(b"f4", b"K\x03U\x01<NNNK\x09K\x00K\x00") + b".", "size 9"),
    "no size": (dtype(b"S", b"K\x03U\x01|NNNK\x00K\x01K\x00") + b".", "numpy.dtype of 'S'"),
    "complex numbers": (pickle.dumps(np.ones(1, dtype=complex), 2), "numpy.dtype of 'c16'"),
    "bool of 2": (
        pickle.dumps(np.array([True]), 4).replace(b"C\x01\x01", b"C\x01\x02"),
        "other bytes than 0 and 1",
    ),
    "no character": (
        pickle.dumps(np.array(["a"]), 4).replace(b"C\x04a\x00\x00\x00", b"C\x04\xff\xff\xff\xff"),
        "numbers that are no characters",
    ),
    "too short": (array(b"K\x02\x85", F4, b"U\x04abcd") + b".", "of shape (2,) in 4 bytes"),
    "too long": (array(b"K\x00\x85", F4, b"U\x04abcd") + b".", "of shape (0,) in 4 bytes"),
    "negative": (array(b"J\xff\xff\xff\xff\x85", F4, b"U\x04abcd") + b".", "a shape that is none"),
    "an order": (
        b"cnumpy._core.numeric\n_frombuffer\n(C\x04abcd" + F4 + b"K\x01\x85" + text("Q") + b"tR.",
        "order 'Q'",
    ),
    "axes": (
        b"\x80\x04cnumpy._core.numeric\n_frombuffer\n(C\x04abcd"
        + F4
        + b"K\x01\x85X\x01\x00\x00\x00KK\x07\x85tR.",
        "_frombuffer with other arguments",
    ),
    "a name other than ndarray as an array": (
        b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\ndtype\nK\x00\x85U\x01b\x87R.",
        "numpy.core.multiarray._reconstruct of numpy.dtype",
    ),
    "marks without end": (b"(" * 100_000 + b".", "nested more than 32 deep"),
    "a list that holds itself": (b"\x80\x02]q\x00h\x00a.", "a list that holds itself"),
    "a dict that holds itself": (b"\x80\x02}q\x00K\x01]h\x00as.", "that holds itself"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_named(name, load_pickle):
    content, asked = REFUSED[name]
    with pytest.raises(DataError) as caught:
        load_pickle(content)
    assert asked in caught.value.found
    assert all(caught.value.args)


@pytest.mark.parametrize(
    "content",
    [
        b"\x80\x02.",
        b"\x80\x02h\x07.",
        b"\x80\x02\x85.",
        b"\x80\x02t.",
        b"\x80\x02a.",
        b"\x80\x02q\x00.",
        b"\x80\x02(K\x01d.",
        b"\x80\x02X\x01\x00\x00\x00\xff.",
        b"\x80\x02X\xff\xff\xff\xff.",
        b"\x80\x02\xfe.",
        b"\x80\x09K\x01.",
        b"I12x\n.",
        b"c\xe9\nx\n.",
        b"",
    ],
)
def test_damage_is_refused(content, load_pickle):
    with pytest.raises(DataError) as caught:
        load_pickle(content)
    assert all(caught.value.args)


@pytest.mark.parametrize("protocol", [0, 2, 5])
def test_every_truncation_is_refused(protocol, load_pickle):
    content = pickle.dumps([opcodes.PLAIN, opcodes.ARRAYS[:3]], protocol)
    for end in range(0, len(content), 7):
        with pytest.raises(DataError):
            load_pickle(content[:end])


OTHER_DATA = (
    *(np.datetime64("2020-01-01"), datetime(2020, 1, 1), Decimal("1.5"), Fraction(1, 2), UUID(int=1)),
    *(bytearray(b"x"), frozenset((1,)), deque((1,)), Counter("ab"), PurePosixPath("/x")),
    *(1j, range(3), slice(3), ...),
)


@pytest.mark.parametrize(
    "content", [b"", pickle.dumps(1) + b"x", *(pickle.dumps(value, 4) for value in OTHER_DATA)]
)
def test_what_is_damaged_or_of_another_type_is_not_called_hostile(content, load_pickle):
    with pytest.raises(DataError) as caught:
        load_pickle(content)
    assert "do not open" not in caught.value.remedy


def test_an_absent_file_is_refused(tmp_path):
    with pytest.raises(DataError, match="No such file"):
        safe_pickle.load(tmp_path / "absent.pkl")


GOOD = pickle.dumps([opcodes.PLAIN, opcodes.ARRAYS], 4)
OPCODES = [bytes([code]) for code in [*range(128, 153), *b"(.0125FGIJKLMNPQRSTUVX]abcdeghijlopqrstu})"]]
PARTS = [
    *OPCODES,
    F4,
    EMPTY,
    OBJECT,
    b"K\x01",
    text("latin1"),
    b"h\x00",
    b"q\x00",
]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, len(GOOD) - 1), new=st.binary(min_size=1, max_size=4))
def test_a_changed_file_gives_plain_data_or_a_named_error(place, new, load_pickle):
    try:
        found = load_pickle(GOOD[:place] + new + GOOD[place + len(new) :])
    except DataError as error:
        assert all(error.args)
    else:
        assert isinstance(found, list)


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(soup=st.lists(st.sampled_from(PARTS), max_size=30))
def test_any_soup_of_opcodes_gives_plain_data_or_a_named_error(soup, load_pickle):
    try:
        load_pickle(b"\x80\x04" + b"".join(soup) + b".")
    except DataError as error:
        assert all(error.args)
