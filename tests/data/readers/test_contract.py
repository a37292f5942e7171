"""From content to a data set: cleaned, pooled, recorded; the mean against a plain loop."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from euar.data import DataError
from euar.data.readers import provenance
from euar.data.readers.contract import Content, masked_mean

ROWS = 6


@pytest.fixture
def made(tmp_path):
    file = tmp_path / "source.bin"
    file.write_bytes(b"content")

    def make(nan="refuse", **changes):
        fields = {
            "name": "set",
            "files": [file],
            "target": np.arange(ROWS, dtype=np.float32),
            "ids": list("abcdef"),
            "split": ["train"] * 3 + ["valid"] + ["test"] * 2,
            "modalities": {"audio": np.ones((ROWS, 2)), "face": np.ones((ROWS, 3))},
        }
        return Content(**fields | changes).dataset("reader", file, nan)

    return make


def with_value(name, value):
    values = {"audio": np.ones((ROWS, 2)), "face": np.ones((ROWS, 3))}
    values[name][2, 1] = value
    return {"modalities": values}


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_mean_counts_the_frames_within_the_lengths_alone(seed):
    rng = np.random.default_rng(seed)
    frames = rng.normal(size=(4, 5, 2))
    lengths = rng.integers(0, 6, size=4)
    found = masked_mean(frames, lengths)
    assert found.dtype == np.float32
    for row, length in enumerate(lengths):
        total = np.zeros(2)
        for frame in range(length):
            total += frames[row, frame]
        assert np.allclose(found[row], total / max(length, 1), atol=1e-6)


def test_sequences_come_with_their_means(made):
    frames, lengths = np.ones((ROWS, 4, 3), dtype=np.float64), np.arange(ROWS) % 4 + 1
    data = made(sequences={"voice": (frames, lengths)})
    assert np.array_equal(data.modalities["voice"], masked_mean(frames, lengths))
    assert data.sequences["voice"][0].dtype == np.float32
    assert data.sequences["voice"][1].dtype == np.int64


def test_silence_in_audio_becomes_zero_and_is_counted(made):
    data = made(**with_value("audio", -np.inf))
    assert data.modalities["audio"][2, 1] == 0
    assert data.meta["source"]["replaced"] == {"audio": 1}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("face", -np.inf),
        ("face", np.nan),
        ("audio", np.inf),
        ("audio", np.nan),
        ("face", 1e39),
        ("audio", -1e39),
    ],
)
def test_anything_else_that_is_not_finite_is_refused_or_put_to_zero_on_demand(made, name, value):
    with pytest.raises(
        DataError, match=rf"modalities/{name}: expected finite numbers, .*found NaN or infinity in 1"
    ):
        made(**with_value(name, value))
    data = made("zero", **with_value(name, value))
    assert data.modalities[name][2, 1] == 0
    assert data.meta["source"]["replaced"] == {name: 1}


@pytest.mark.parametrize(
    "values", [[[1.0]] * ROWS, np.full((ROWS, 1), "x"), np.ones((ROWS, 1), dtype=object)]
)
def test_what_is_no_array_of_numbers_is_refused(made, values):
    with pytest.raises(DataError, match="an array of numbers"):
        made(modalities={"face": values})


def test_the_record_says_where_it_comes_from(made):
    source = made(notes={"dropped": {"x": 2}}).meta["source"]
    assert source["reader"] == "reader"
    assert Path(source["path"]).name == "source.bin"
    assert source["files"] == [{"name": "source.bin", "sha256": hashlib.sha256(b"content").hexdigest()}]
    assert source["counts"] == {"train": 3, "valid": 1, "test": 2}
    assert source["dropped"] == {"x": 2}
    assert "replaced" not in source


def test_raw_content_is_kept_with_its_kind(made):
    data = made(modalities={}, raw={"text": ("text", list("uvwxyz"))})
    assert data.meta["raw"]["text"].tolist() == list("uvwxyz")
    assert data.meta["raw_kinds"] == {"text": "text"}


def test_a_fault_is_blamed_on_the_source(made):
    with pytest.raises(DataError) as caught:
        made(ids=["a"] * ROWS)
    assert Path(caught.value.file).name == "source.bin"


def test_a_folder_of_many_files_gets_one_hash(tmp_path, made):
    files = []
    for number in range(25):
        files.append(tmp_path / "many" / f"{number:02d}.txt")
        files[-1].parent.mkdir(exist_ok=True)
        files[-1].write_text(str(number))
    found = made(files=files).meta["source"]["files"]
    lines = "".join(f"{hashlib.sha256(f.read_bytes()).hexdigest()}  {f.name}\n" for f in files)
    assert found == [{"name": "many/ (25 files)", "sha256": hashlib.sha256(lines.encode()).hexdigest()}]


def test_a_file_that_many_rows_name_is_read_once(tmp_path, made, monkeypatch):
    (tmp_path / "one.txt").write_text("1")
    opened = []
    monkeypatch.setattr(provenance, "sha256", lambda file: opened.append(file) or "0" * 64)
    assert len(made(files=[tmp_path / "one.txt"] * 1000).meta["source"]["files"]) == len(opened) == 1
