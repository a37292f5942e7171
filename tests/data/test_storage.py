"""HDF5 files: what is written comes back, in the same bytes, whole or not at all."""

import os
import subprocess
import sys
import tracemalloc

import h5py
import hypothesis.extra.numpy as arrays
import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from euar.data import DataError, MultimodalDataset, _arrays, storage
from tests.data.rows import make

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=6)
NAMES = st.from_regex(r"[a-zé_][\w. -]{0,4}\w", fullmatch=True)
JSON = st.recursive(st.none() | st.booleans() | st.integers() | TEXT, st.lists, max_leaves=4)


def finite(rows, width):
    numbers = st.floats(-1e6, 1e6, width=32) | st.sampled_from([-0.0, 0.5, 65536.0])
    return arrays.arrays(np.float32, (rows, width), elements=numbers)


@st.composite
def datasets(draw):
    rows = draw(st.integers(1, 5))
    names = draw(st.lists(NAMES, min_size=1, max_size=3, unique=True))
    available = {name: draw(arrays.arrays(bool, rows)) for name in names}
    available[names[-1]][:] = True
    lengths = draw(arrays.arrays(np.int64, rows, elements=st.integers(0, 4)))
    frames = draw(finite(rows, 8)).reshape(rows, 4, 2)
    return MultimodalDataset(
        name=draw(TEXT),
        modalities={name: draw(finite(rows, draw(st.integers(1, 3)))) for name in names},
        target=draw(arrays.arrays(np.int64, rows, elements=st.integers(0, 9)) | finite(rows, 2)),
        ids=draw(st.lists(TEXT, min_size=rows, max_size=rows, unique=True)),
        split=draw(st.lists(st.sampled_from(["train", "valid", "test"]), min_size=rows, max_size=rows)),
        available=available,
        target_sd=draw(st.none() | arrays.arrays(float, rows, elements=st.floats(0, 9))),
        groups=draw(st.none() | st.lists(TEXT, min_size=rows, max_size=rows)),
        sequences=draw(st.sampled_from([None, {names[0]: (frames, lengths)}])),
        meta=draw(st.dictionaries(NAMES, JSON)) | {"per-row": {"noise": frames[:, 0, 0]}, "pool": lengths},
    )


def same(left, right):
    (header, ours), (other_header, theirs) = _arrays.flatten(left), _arrays.flatten(right)
    assert header == other_header
    assert ours.keys() == theirs.keys()
    for name, values in ours.items():
        assert values.dtype.kind == theirs[name].dtype.kind
        np.testing.assert_array_equal(theirs[name], values, err_msg=name)


@settings(max_examples=50, deadline=None)
@given(datasets())
def test_a_file_gives_back_every_field(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "round.h5"
    again = MultimodalDataset.from_hdf5(data.to_hdf5(path))
    same(data, again)
    assert again.sha256 == data.sha256


def test_rows_that_do_not_count_come_back_too(tmp_path):
    again = MultimodalDataset.from_hdf5(make().to_hdf5(tmp_path / "new" / "a.h5"))
    same(make(), again)
    assert np.isnan(again.modalities["audio"][1]).all()


def test_another_process_writes_the_same_bytes(tmp_path):
    code = "import sys; from tests.data.rows import make; make().to_hdf5(sys.argv[1])"
    for name in ("a", "b"):
        environment = os.environ | {"PYTHONHASHSEED": str(ord(name)), "PYTHONPATH": os.pathsep.join(sys.path)}
        subprocess.run([sys.executable, "-c", code, tmp_path / name], check=True, env=environment)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize(
    ("number", "dtype"), [(0.5, "f2"), (-0.0, "f2"), (1 / 3, "f4"), (1e-9, "f4"), (1e9, "f4")]
)
def test_halves_are_stored_where_they_lose_nothing(tmp_path, number, dtype):
    text = np.full((12, 4), number, dtype=np.float32)
    path = make(modalities={"text": text, "audio": text}).to_hdf5(tmp_path / "a")
    with h5py.File(path) as file:
        assert file["modalities/text"].dtype == dtype
    again = MultimodalDataset.from_hdf5(path).modalities["text"]
    assert (again.dtype, again.tobytes()) == (text.dtype, text.tobytes())


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = make().to_hdf5(tmp_path / "a.h5")
    before = path.read_bytes()
    monkeypatch.setattr(h5py.File, "create_dataset", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        make(target=np.zeros(12)).to_hdf5(path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["a.h5"]


def damaged(path, damage):
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(DataError, match="expected HDF5 in the format euar/1") as caught:
        MultimodalDataset.from_hdf5(path)
    assert caught.value.file == str(path)


DAMAGE = {
    "empty": lambda _: b"",
    "text": lambda _: b"id,label\n",
    "cut": lambda content: content[:-100],
    "half": lambda content: content[: len(content) // 2],
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_file_is_refused(tmp_path, damage):
    damaged(make().to_hdf5(tmp_path / "a.h5"), damage)


def test_no_file_another_format_and_changed_numbers_are_refused(tmp_path):
    with pytest.raises(DataError, match="No such file"):
        MultimodalDataset.from_hdf5(tmp_path / "none.h5")
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file.attrs["format"] = "euar/99"
    with pytest.raises(DataError, match="found format euar/99"):
        MultimodalDataset.from_hdf5(tmp_path / "other.h5")
    path = make().to_hdf5(tmp_path / "a.h5")
    with h5py.File(path, "r+") as file:
        file["target"][3] = 9.0
    with pytest.raises(DataError, match="does not match its SHA-256"):
        MultimodalDataset.from_hdf5(path)


def test_a_flipped_byte_is_refused_or_harmless(tmp_path):
    path = make().to_hdf5(tmp_path / "a.h5")
    content = bytearray(path.read_bytes())
    rng = np.random.default_rng(0)
    refused = 0
    for place in rng.integers(len(content), size=100):
        flipped = content.copy()
        flipped[place] ^= 1 << int(rng.integers(8))
        path.write_bytes(flipped)
        try:
            same(make(), MultimodalDataset.from_hdf5(path))
        except DataError:
            refused += 1
    assert refused > 10


@pytest.mark.parametrize("dtype", ["S30000000", "f8", "i8", "U7", "O", "nonsense"])
def test_a_type_that_was_not_written_is_refused(dtype, tmp_path):
    path = make().to_hdf5(tmp_path / "a.h5")
    with h5py.File(path, "r+") as file:
        for name in ("ids", "modalities/text", "split"):
            file[name].attrs["dtype"] = dtype
    refuse_within(path, 2**24)


def test_another_byte_order_is_read(tmp_path):
    path = make().to_hdf5(tmp_path / "a.h5")
    with h5py.File(path, "r+") as file:
        values, attributes = file["target"][()], dict(file["target"].attrs)
        del file["target"]
        swapped = file.create_dataset("target", data=values, dtype=values.dtype.newbyteorder(">"))
        swapped.attrs.update(attributes)
    same(make(), MultimodalDataset.from_hdf5(path))


def test_text_of_any_length_is_refused(tmp_path):
    path = make().to_hdf5(tmp_path / "a.h5")
    with h5py.File(path, "r+") as file:
        del file["ids"]
        file.create_dataset("ids", data=["x" * 2**22] * 12).attrs["dtype"] = "O"
    refuse_within(path, 2**22)


def test_arrays_that_together_declare_too_much_are_refused(tmp_path):
    path = make().to_hdf5(tmp_path / "a.h5")
    with h5py.File(path, "r+") as file:
        for number in range(30):
            stored = file.create_dataset(f"meta/{number}", shape=(2**22,), dtype="f4", chunks=(1024,))
            stored.attrs["dtype"] = "<f4"  # 16 MiB each
    refuse_within(path, 2**24)


def test_letters_count_as_the_texts_that_they_become(tmp_path):
    path = make().to_hdf5(tmp_path / "a.h5")
    with h5py.File(path, "r+") as file:
        letters = np.full(2**21, b"x")
        file.create_dataset("meta/x", data=letters, compression=9).attrs["dtype"] = "|S1"
    refuse_within(path, 2**22)


def refuse_within(path, room):
    """Expect an error before more than `room` bytes are asked for."""
    tracemalloc.start()
    with pytest.raises(DataError, match="expected HDF5 in the format euar/1"):
        MultimodalDataset.from_hdf5(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < room


def rewritten(path, header=None, drop=(), **arrays):
    """Write a file of our format with another header or other arrays, and with the hash that they have."""
    old, content = _arrays.flatten(make())
    content = {name: values for name, values in content.items() if name not in drop} | arrays
    return storage.write(path, old | (header or {}), content)


def text(count):
    return np.array(["a"] * count)


ODD = {
    "no target": {"drop": ["target"]},
    "no ids": {"drop": ["ids"]},
    "no split": {"drop": ["split"]},
    "no lengths": {"sequences/text": np.zeros((12, 2, 3), np.float32)},
    "no frames": {"lengths/text": np.ones(12, np.int64)},
    "a modality that is not there": {"header": {"modalities": ["smell"]}},
    "a number for modalities": {"header": {"modalities": 3}},
    "nested modalities": {"header": {"modalities": [["text"]]}},
    "a number for the name": {"header": {"name": 3}},
    "a list for meta": {"header": {"meta": [1]}},
    "nothing for meta": {"header": {"meta": None}},
    "an array over a value": {"header": {"meta": {"x": 1}}, "meta/x": np.zeros(12)},
    "an array over a group": {"header": {"meta": {"x": {"y": 1}}}, "meta/x": np.zeros(12)},
    "an array below a value": {"header": {"meta": {"x": "word"}}, "meta/x/y": np.zeros(12)},
    "an array below a list": {"header": {"meta": {"x": [1]}}, "meta/x/y": np.zeros(12)},
    "an array that no field takes": {"smell": np.zeros(12)},
    "a text target": {"target": text(12)},
    "ids of numbers": {"ids": np.arange(12)},
    "few ids": {"ids": text(1)},
    "a mask of numbers": {"available/text": np.ones(12)},
    "many classes": {"target": np.full(12, 10**9)},
    "very many classes": {"target": np.arange(12) + 2**40},
    "classes without names": {"target": np.arange(12), "header": {"meta": {"classes": ["a", "b"]}}},
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_an_odd_set_is_refused_with_file_and_field(odd, tmp_path):
    path = rewritten(tmp_path / "a.h5", **odd)
    with pytest.raises(DataError) as caught:
        MultimodalDataset.from_hdf5(path)
    assert all(isinstance(part, str) and part for part in caught.value.args)
    assert caught.value.file == str(path)


def test_a_header_of_another_kind_is_refused(tmp_path):
    for content in ("[]", "3", "{}", "[" * 100_000, "no JSON"):
        path = storage.write(tmp_path / "a.h5", {}, _arrays.flatten(make())[1])
        with h5py.File(path, "r+") as file:
            del file["header"]
            header = np.array([content])
            storage._write_array(file, "header", header)
            file.attrs["sha256"] = storage.sha256(_arrays.flatten(make())[1] | {"header": header})
        with pytest.raises(DataError) as caught:
            MultimodalDataset.from_hdf5(path)
        assert caught.value.file == str(path)


def test_as_many_classes_as_rows_or_a_thousand_are_taken(tmp_path):
    target = np.array([0, 1023] * 6)
    assert MultimodalDataset.from_hdf5(make(target=target).to_hdf5(tmp_path / "a.h5")).target.max() == 1023


def test_a_small_file_that_unfolds_to_far_more_is_refused(tmp_path):
    path = storage.write(tmp_path / "a.h5", {}, {"values": np.zeros((60, 10**6), np.float32)})
    assert path.stat().st_size < 2**18
    with pytest.raises(DataError, match="more than such a file can hold"):
        storage.read(path)


def test_mostly_zeros_such_as_counts_of_words_are_read(tmp_path):
    counts = np.zeros((5000, 5000), np.float32)
    counts[np.arange(5000), np.arange(5000) * 7 % 5000] = 1
    path = storage.write(tmp_path / "a.h5", {}, {"values": counts})
    assert path.stat().st_size < counts.nbytes / 100
    assert np.array_equal(storage.read(path)[1]["values"], counts)
