"""The bc-LSTM release: rows joined through the transcripts, the split by video, and what is refused."""

import csv
import hashlib

import numpy as np
import pytest

from euar.data import DataError, readers
from euar.data.readers.mosi import bc_lstm
from tests.data.readers.writers.mosi import bc_lstm as writer
from tests.data.refused import refused

ORDER = [*writer.ROWS["train"], *writer.ROWS["test"]]


@pytest.fixture
def folder(tmp_path):
    return writer.write(tmp_path)


def test_rows_of_the_writers_folder(folder):
    data = readers.read(folder)
    rows = [writer.TRANSCRIPTS[row] for row in ORDER]
    assert data.meta["source"]["reader"] == "bc-lstm"
    assert len(data.meta["source"]["files"]) == 9
    assert data.ids.tolist() == [name for name, *_ in rows]
    assert data.target.tolist() == [label for *_, label in rows]
    assert data.meta["classes"] == ["negative", "positive"]
    assert data.task == "classification"
    assert data.meta["raw"]["text"].tolist() == [text for _, text, *_ in rows]
    assert data.groups.tolist() == ["b-", "b-", "aa_1", "aa_1", "e", "cé", "cé", "d", "d"]
    assert data.meta["fitted_on"].tolist() == [True] * 4 + [False] * 5


def test_features_follow_the_transcripts(folder):
    data = readers.read(folder)
    assert list(data.modalities) == ["text", "audio", "video"]
    for name in data.modalities:
        expected = np.concatenate([writer.features(part)[name] for part in writer.ROWS])
        assert np.array_equal(data.modalities[name], expected.astype(np.float32))


def test_the_unseen_video_with_the_smallest_hash_is_for_validation(folder):
    data = readers.read(folder)
    first = min(("cé", "d", "e"), key=lambda video: hashlib.sha256(video.encode()).hexdigest())
    assert set(data.groups[data.split == "valid"]) == {first}
    assert set(data.groups[data.split == "train"]) == {"aa_1", "b-"}
    assert set(data.groups[data.split == "test"]) == {"cé", "d", "e"} - {first}


@pytest.mark.parametrize(("videos", "valid"), [(1, 1), (2, 1), (6, 2), (31, 10), (62, 20)])
def test_10_of_31_videos_are_for_validation(videos, valid):
    names = [f"v{number}" for number in range(videos)] * 2
    split = bc_lstm.split_by_video(names, np.zeros(2 * videos, dtype=bool))
    hashes = sorted(hashlib.sha256(name.encode()).hexdigest() for name in set(names))
    chosen = {name for name, word in zip(names, split, strict=True) if word == "valid"}
    assert {hashlib.sha256(name.encode()).hexdigest() for name in chosen} == set(hashes[:valid])


@pytest.mark.parametrize(
    ("file", "old", "new", "field", "found"),
    [
        ("transcripts.csv", '"NO","1","0"', '"NO","1","2"', "label", "'2' in line 4"),
        ("transcripts.csv", '"NO","1","0"', '"NO","1","1"', "last column", "shape (4, 5), or other labels"),
        ("transcripts.csv", '"1","0"', '"1"', "columns", "3 in line 4"),
        ("transcripts.csv", '"\r\n', '","0"\r\n', "columns", "5"),
        ("transcripts.csv", '"b-_2"', '"b-_1"', "ids", "'b-_1' more than once"),
        ("transcripts.csv", '"b-_2"', '"d_3"', "videos", "'d' in both"),
        ("text_train.csv", '"3",', '"9",', "column 1", "9"),
        ("text_train.csv", '"3",', '"-1",', "column 1", "-1"),
        ("text_train.csv", '"3",', '"2.5",', "column 1", "2.5"),
        ("text_train.csv", '"3",', '"2",', "ids", "'b-_1' more than once"),
        ("text_test.csv", '"8",', '"1",', "ids", "'aa_1_2' more than once"),
        ("audio/audio_test0.csv", ',"0"', ',"1"', "last column", "shape (5, 4), or other labels"),
        ("audio/audio_test0.csv", ',"0"', ',"nan"', "last column", "'nan' in line 3"),
        ("video/video_test0.csv", ',"0.0"', "", "columns", "4"),
    ],
)
def test_what_is_refused(file, old, new, field, found, folder):
    path = folder / file
    text = path.read_bytes().decode()
    assert old in text
    path.write_bytes((text.replace(old, new)).encode())
    with refused(field, found):
        readers.read(folder)


def test_rows_that_are_too_few_are_refused(folder):
    path = folder / "video" / "video_train0.csv"
    path.write_bytes(b"\r\n".join(path.read_bytes().split(b"\r\n")[:-2]) + b"\r\n")
    with pytest.raises(DataError, match="labels of 4 rows"):
        readers.read(folder)


def test_the_real_release(real):
    path = real("mosi/bc_lstm")
    data = readers.read(path)
    assert data.meta["source"]["counts"] == {"train": 1447, "valid": 212, "test": 540}
    assert {word: len(set(data.groups[data.split == word])) for word in ("train", "valid", "test")} == {
        "train": 62,
        "valid": 10,
        "test": 21,
    }
    unseen = {video for video, seen in zip(data.groups, data.meta["fitted_on"], strict=True) if not seen}
    smallest = sorted(unseen, key=lambda video: hashlib.sha256(video.encode()).hexdigest())[:10]
    assert set(data.groups[data.split == "valid"]) == set(smallest)
    assert data.in_features == {"text": 100, "audio": 73, "video": 100}
    assert np.sum(np.ptp(data.modalities["video"], axis=0) == 0) == 32
    assert np.bincount(data.target).tolist() == [1023, 1176]


def test_the_text_lists_of_the_real_release_hold_the_text_features(real):
    path = real("mosi/bc_lstm")
    text = readers.read(path).modalities["text"]
    listed = []
    for part in ("train", "test"):
        with (path / f"text_{part}.csv").open(newline="") as stream:
            listed += [list(map(float, row[1:])) for row in csv.reader(stream)]
    assert np.allclose(text, listed, rtol=1e-4, atol=1e-5)


def test_nan_among_the_features_is_refused_or_replaced(folder):
    path = folder / "audio" / "audio_test0.csv"
    text = path.read_bytes().decode()
    path.write_bytes(text.replace(text[1 : text.index('",')], "nan", 1).encode())
    with pytest.raises(DataError, match=r"modalities/audio.*NaN or infinity in 1 place"):
        readers.read(folder)
    assert readers.read(folder, nan="zero").meta["source"]["replaced"] == {"audio": 1}


def test_transcripts_that_no_list_names_are_counted(folder):
    data = readers.read(folder)
    with (folder / "transcripts.csv").open("a") as stream:
        stream.write('"zz_1","YES","9","1"\r\n"zz_2","NO","9","0"\r\n')
    found = readers.read(folder)
    assert found.sha256 == data.sha256
    assert found.meta["source"]["dropped"] == {"in_no_list": 2}
    assert "dropped" not in data.meta["source"]
