"""Pickles: what is read equals what `pickle` reads, and other files are not taken for pickles."""

import pickle
from functools import partial

import numpy as np
import pytest

from euar.data import safe_pickle
from tests.data.safe_pickle import opcodes


@pytest.fixture
def load_pickle(tmp_path):
    return partial(opcodes.load, tmp_path)


def _assert_same_arrays(found, expected):
    for one, other in zip(found, expected, strict=True):
        assert type(one) is type(other)
        assert one.dtype.newbyteorder("=") == other.dtype.newbyteorder("=")  # pickle swaps some, we swap none
        assert one.shape == other.shape
        assert np.array_equal(one, other)


@pytest.mark.parametrize("protocol", range(6))
def test_plain_data_equal_those_of_pickle(protocol, load_pickle):
    content = pickle.dumps(opcodes.PLAIN, protocol)
    assert load_pickle(content) == pickle.loads(content) == opcodes.PLAIN


@pytest.mark.parametrize("protocol", range(6))
def test_arrays_equal_those_of_pickle(protocol, load_pickle):
    content = pickle.dumps(opcodes.ARRAYS, protocol)
    _assert_same_arrays(load_pickle(content), pickle.loads(content))


@pytest.mark.parametrize("protocol", [2, 3])
def test_the_dialect_of_numpy_1(protocol, load_pickle):
    content = pickle.dumps(opcodes.ARRAYS, protocol).replace(b"numpy._core", b"numpy.core")
    assert b"numpy.core.multiarray" in content
    _assert_same_arrays(load_pickle(content), opcodes.ARRAYS)


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_the_dialect_of_numpy_2(protocol, load_pickle):
    content = pickle.dumps(opcodes.ARRAYS, protocol).replace(b"numpy.core", b"numpy._core")
    _assert_same_arrays(load_pickle(content), opcodes.ARRAYS)


def test_protocol_2_as_python_2_writes_it(load_pickle):
    values = np.array([[1.5, -2, 3], [4, 5, 1e9]], dtype=np.float32)
    dtype = b"cnumpy\ndtype\nq\x05U\x02f4K\x00K\x01\x87Rq\x06"
    dtype += b"(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
    array = b"cnumpy.core.multiarray\n_reconstruct\nq\x02cnumpy\nndarray\nq\x03K\x00\x85U\x01b\x87Rq\x04"
    array += b"(K\x01K\x02K\x03\x86" + dtype + b"\x89U\x18" + values.tobytes() + b"tb"
    scalar = b"cnumpy.core.multiarray\nscalar\nq\x07h\x06U\x04" + np.float32(2.5).tobytes() + b"\x86R"
    ordered = b"ccollections\nOrderedDict\n]](K\x01K\x02ea\x85R"
    plain = b"c__builtin__\nset\n](K\x01K\x02e\x85R"
    parts = [
        (b"array", array),
        (b"again", b"h\x04"),
        (b"scalar", scalar),
        (b"ordered", ordered),
        (b"set", plain),
    ]
    content = b"\x80\x02}q\x00(" + b"".join(b"U" + bytes([len(k)]) + k + v for k, v in parts)
    content += b"U\x04text" + b"T\x03\x00\x00\x00\xe9\xe8a" + b"U\x04long\x8a\x01\x05u."
    found, expected = load_pickle(content), pickle.loads(content, encoding="latin1")
    assert np.array_equal(found["array"], values)
    assert found["again"] is found["array"]
    assert found["scalar"] == np.float32(2.5)
    assert np.array_equal(expected.pop("array"), found.pop("array"))
    assert np.array_equal(expected.pop("again"), found.pop("again"))
    assert found == expected == found | {"ordered": {1: 2}, "set": {1, 2}, "text": "éèa", "long": 5}


def test_the_helper_of_mag_bert_is_a_stub(load_pickle):
    words = b"ccollections\ndefaultdict\nc__main__\nreturn_unk\n\x85R(X\x04\x00\x00\x00wellK\x01u"
    assert load_pickle(b"\x80\x02" + words + b".") == {"well": 1}
    assert not callable(load_pickle(b"\x80\x02c__main__\nreturn_unk\n."))


@pytest.mark.parametrize("protocol", range(6))
def test_dicts_of_many_numbers_are_read(protocol, load_pickle):
    counted = {number: str(number) for number in range(200_000)}
    chosen = dict.fromkeys(np.random.default_rng(0).permutation(5000).tolist())
    assert load_pickle(pickle.dumps([counted, chosen], protocol)) == [counted, chosen]


def test_arrays_cannot_be_written_to(load_pickle):
    for value in load_pickle(pickle.dumps(opcodes.ARRAYS[:8], 5)):
        assert not value.flags.writeable


def test_shared_values_stay_shared(load_pickle):
    words = ["a", "b"]
    found = load_pickle(pickle.dumps([words, words]))
    assert found[0] is found[1]


@pytest.mark.parametrize("protocol", range(6))
def test_pickles_are_known_by_their_first_bytes(protocol, tmp_path):
    path = tmp_path / "a.pkl"
    for content in (opcodes.PLAIN, opcodes.ARRAYS, [1], {"a": 1}):
        path.write_bytes(pickle.dumps(content, protocol))
        assert safe_pickle.is_pickle(path)


@pytest.mark.parametrize("protocol", range(2, 6))
def test_the_marked_protocols_need_no_suffix(protocol, tmp_path):
    path = tmp_path / "a.dat"
    path.write_bytes(pickle.dumps(opcodes.PLAIN, protocol))
    assert safe_pickle.is_pickle(path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x80",
        b"\x80\x09x",
        b"id,label\na,1\n",
        b"(dp0\n.",
        b'{"a": 1}',
        b"[1, 2]",
        b"\x89HDF\r\n\x1a\n",
        b"\x93NUMPY\x01\x00",
        b"PK\x03\x04",
        b"\xff\xd8\xff\xe0",
    ],
)
def test_other_files_are_no_pickles(content, tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    assert not safe_pickle.is_pickle(path)


@pytest.mark.parametrize(
    "content", [b"", b"id,label\na,1\n", b'{"a": 1}', b"[1, 2]", b"(see below)", b"S,T\n"]
)
def test_a_suffix_alone_makes_no_pickle(content, tmp_path):
    path = tmp_path / "a.pkl"
    path.write_bytes(content)
    assert not safe_pickle.is_pickle(path)


def test_folders_and_absent_files_are_no_pickles(tmp_path):
    assert not safe_pickle.is_pickle(tmp_path)
    assert not safe_pickle.is_pickle(tmp_path / "absent.pkl")
