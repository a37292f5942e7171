"""MMSA's pickles: rows, lengths, what is available, and what is refused."""

import numpy as np
import pytest

from euar.data import DataError, readers
from tests.data.readers.writers.pickles import mmsa as writer
from tests.data.refused import refused


@pytest.fixture
def content() -> dict:
    return writer.content()


def test_rows_of_the_writers_file(tmp_path):
    data = readers.read(writer.write(tmp_path))
    assert data.meta["source"]["reader"] == "mmsa"
    assert data.meta["source"]["counts"] == {"train": 3, "valid": 1, "test": 2}
    assert data.ids.tolist()[2:5] == ["a_train$_$2", "a_valid$_$0", "a_test$_$0"]
    assert data.groups.tolist() == ["a_train"] * 3 + ["a_valid"] + ["a_test"] * 2
    assert data.meta["raw"]["text"][1] == "Well, that is text é 1."
    assert data.meta["raw_kinds"] == {"text": "text"}
    assert np.allclose(data.target, [-2.6, 0, 1, 3, -0.4, 2])
    assert data.in_features == {"text": 3, "audio": 2, "vision": 4}


def test_sequences_lengths_and_means(tmp_path, content):
    data = readers.read(writer.write(tmp_path))
    assert data.sequences["vision"][1].tolist() == [5, 4, 3, 5, 5, 4]
    for name, (frames, lengths) in data.sequences.items():
        source = np.concatenate([content[word][name] for word in content])
        assert np.array_equal(frames, source)
        for row, length in enumerate(lengths):
            assert np.allclose(data.modalities[name][row], source[row, :length].mean(axis=0), atol=1e-6)


@pytest.mark.parametrize(
    "labels",
    [
        np.array([-1, 2]),
        np.array([-1, 2], dtype=np.int8),
        [-1, 2],
        [np.float32(-1), np.int64(2)],
        np.array([-1.0, 2], dtype=object),
    ],
)
def test_ratings_may_be_integers_and_numbers_of_any_kind(labels, read, content):
    content["test"]["regression_labels"] = labels
    assert read(content).target[-2:].tolist() == [-1, 2]


def test_lengths_come_from_the_file(read, content):
    content["train"]["audio_lengths"] = np.array([2, 3, 1])
    content["train"]["text_bert"][0, 1] = [1, 0, 0, 0]
    data = read(content)
    assert data.sequences["audio"][1].tolist() == [2, 3, 1, 6, 6, 5]
    assert data.sequences["text"][1].tolist() == [1, 3, 2, 4, 4, 3]


def test_an_aligned_file_has_neither_lengths_nor_tokens(read, content):
    expected = read(content)
    for part in content.values():
        for name in ("audio_lengths", "vision_lengths", "text_bert"):
            del part[name]
    assert read(content).sha256 == expected.sha256


def test_zeros_inside_a_sequence_are_no_padding(read, content):
    for part in content.values():
        del part["vision_lengths"]
    content["train"]["vision"][0, :2] = 0
    assert read(content).sequences["vision"][1][0] == 5


def test_what_is_all_zero_is_not_available(read, content):
    content["train"]["vision"][1] = 0
    content["test"]["audio_lengths"][0] = 0
    data = read(content)
    assert data.available["vision"].tolist() == [True, False, True, True, True, True]
    assert data.available["audio"].tolist() == [True, True, True, True, False, True]
    assert data.available["text"].all()
    assert data.sequences["vision"][1][1] == 0


def test_rows_without_any_content_are_dropped_and_counted(read, content):
    for name in ("text", "audio", "vision"):
        content["train"][name][1] = 0
    data = read(content)
    assert data.meta["source"]["dropped"] == {"without_frames": 1}
    assert len(data) == 5
    assert data.ids[1] == "a_train$_$2"
    assert data.meta["raw"]["text"][1] == "Well, that is text é 2."
    assert np.allclose(data.target[:2], [-2.6, 1])
    assert data.sequences["audio"][1][1] == 4
    assert all(mask.shape == (5,) for mask in data.available.values())


def test_float64_and_the_other_byte_order_give_the_same_set(read, content):
    expected = read(content)
    for part in content.values():
        part["audio"] = part["audio"].astype(np.float64)
        part["vision"] = part["vision"].astype(">f4")
    assert read(content).sha256 == expected.sha256


def test_silence_becomes_zero(read, content):
    content["train"]["audio"][0, 0, 0] = -np.inf
    data = read(content)
    assert data.sequences["audio"][0][0, 0, 0] == 0
    assert data.meta["source"]["replaced"] == {"audio": 1}


def _set(word, name, value):
    def change(content):
        content[word][name] = value

    return change


SIGNALLING = np.full((2, 5, 4), 0x7FA00000, dtype=np.uint32).view(np.float32)  # NaN that warn when used


def _swap(word, name):
    def change(content):
        content[word][name] = content[word][name].view(content[word][name].dtype.newbyteorder())

    return change


@pytest.mark.parametrize(
    ("change", "field", "found"),
    [
        (_set("test", "id", ["a$_$0", "b"]), "id", "'b'"),
        (_set("test", "id", ["a_train$_$0", "b$_$0"]), "ids", "2 times"),
        (_set("test", "id", 5), "test/id", "5"),
        (_set("test", "id", np.array(5)), "test/id", "int64 of shape ()"),
        (_set("test", "id", [b"\xe9$_$0", "b$_$0"]), "test/id", "can't decode byte 0xe9"),
        (_set("test", "raw_text", ["x", None]), "test/raw_text", "None"),
        (_set("test", "raw_text", ["x"]), "test/raw_text", "a list of 1"),
        (_set("test", "vision", None), "test/vision", "None"),
        (_set("test", "vision", np.ones((1, 5, 4), np.float32)), "test/vision", "(1, 5, 4)"),
        (_set("test", "vision", np.ones((2, 5, 3), np.float32)), "test/vision", "(2, 5, 3)"),
        (_set("test", "vision", np.ones((2, 5), np.float32)), "test/vision", "(2, 5)"),
        (_set("test", "vision", np.ones((2, 0, 4), np.float32)), "test/vision", "(2, 0, 4)"),
        (_set("test", "vision", np.ones((2, 5, 4), np.float16)), "test/vision", "float16"),
        (_set("test", "vision", np.ones((2, 5, 4), np.int64)), "test/vision", "int64"),
        (_set("test", "vision", np.full((2, 5, 4), np.nan, np.float32)), "modalities/vision", "NaN"),
        (_set("test", "vision", SIGNALLING), "modalities/vision", "NaN"),
        (_swap("test", "vision"), "test/vision", "most of a size like"),
        (_swap("test", "regression_labels"), "test/regression_labels", "in row"),
        (
            _set("test", "regression_labels", np.array([1.0, np.nan])),
            "test/regression_labels",
            "nan in row 1",
        ),
        (_set("test", "regression_labels", np.array([1.0, 3.5])), "test/regression_labels", "3.5 in row 1"),
        (_set("test", "regression_labels", np.array([True, False])), "test/regression_labels", "bool"),
        (_set("test", "regression_labels", [1.0, True]), "test/regression_labels", "bool in row 1"),
        (_set("test", "regression_labels", ["", 1.0]), "test/regression_labels", "'' in row 0"),
        (
            _set("test", "regression_labels", np.array([1.5, None], dtype=object)),
            "test/regression_labels",
            "None in row 1",
        ),
        (_set("test", "regression_labels", np.ones((2, 7))), "test/regression_labels", "(2, 7)"),
        (_set("test", "audio_lengths", [6, 7]), "test/audio_lengths", "7"),
        (_set("test", "audio_lengths", [6, -1]), "test/audio_lengths", "-1"),
        (_set("test", "audio_lengths", [6, "5"]), "test/audio_lengths", "5"),
        (_set("test", "audio_lengths", np.array([6.0, 5.0])), "test/audio_lengths", "6.0"),
        (_set("test", "text_bert", np.zeros((2, 3, 9))), "test/text_bert", "(2, 3, 9)"),
        (_set("test", "text_bert", np.full((2, 3, 4), 0.5)), "test/text_bert", "something else"),
        (lambda content: content.pop("valid"), "format", "something else"),
    ],
)
def test_what_is_refused(change, field, found, read, content):
    change(content)
    with refused(field, found):
        read(content)


def test_a_long_text_among_short_ones_does_not_blow_up(read, content):
    many = {word: {k: np.repeat(v, 2000, axis=0) for k, v in part.items()} for word, part in content.items()}
    for word, part in many.items():
        part["id"] = [f"{word}$_${row}" for row in range(len(part["id"]))]
        part["raw_text"] = ["x"] * (len(part["id"]) - 1) + ["x" * 2**20]
    with pytest.raises(DataError, match="longest entry"):
        read(many)
