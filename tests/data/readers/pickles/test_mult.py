"""MulT's pickles: rows, ids, padding at either end, and what is refused."""

import numpy as np
import pytest

from euar.data import readers
from tests.data.readers.writers.pickles import mult as writer
from tests.data.refused import refused


@pytest.fixture
def content() -> dict:
    return writer.content()


def test_rows_of_the_writers_file(tmp_path):
    data = readers.read(writer.write(tmp_path))
    assert data.meta["source"]["reader"] == "mult"
    assert data.meta["source"]["counts"] == {"train": 3, "valid": 1, "test": 2}
    assert data.ids[1] == "a_é_train@1.5-2.25"
    assert data.groups.tolist() == ["a_é_train"] * 3 + ["a_é_valid"] + ["a_é_test"] * 2
    assert np.allclose(data.target, [-2.6, 0, 1, 3, -0.4, 2])
    assert data.target.shape == (6,)
    assert "raw" not in data.meta
    assert data.in_features == {"text": 3, "audio": 2, "vision": 4}
    assert data.sequences["text"][1].tolist() == [5, 4, 3, 5, 5, 4]


def test_sequences_and_means(tmp_path, content):
    data = readers.read(writer.write(tmp_path))
    for name, (frames, lengths) in data.sequences.items():
        source = np.concatenate([content[word][name] for word in content])
        assert np.array_equal(frames, source)
        for row, length in enumerate(lengths):
            assert np.allclose(data.modalities[name][row], source[row, :length].mean(axis=0), atol=1e-6)


def _turned(values: np.ndarray) -> np.ndarray:
    """Move each row's padding from the end to the front, the slow way."""
    turned = np.zeros_like(values)
    for row, frames in enumerate(values):
        length = max((step + 1 for step in range(len(frames)) if frames[step].any()), default=0)
        turned[row, len(frames) - length :] = frames[:length]
    return turned


def test_padding_at_the_front_goes_to_the_end(read, content):
    expected = read(content)
    for part in content.values():
        part |= {name: _turned(part[name]) for name in writer.WIDTHS}
    data = read(content)
    assert data.meta["source"]["left_padded"] == 3
    assert data.sha256 == expected.sha256


def test_modalities_of_one_length_stay_aligned(read, content):
    content["train"]["audio"][0, :2] = 0
    data = read(content)
    assert "left_padded" not in data.meta["source"]
    assert np.array_equal(data.sequences["audio"][0][0], content["train"]["audio"][0])
    assert data.sequences["audio"][1][0] == 5


def test_modalities_of_different_lengths_move_by_themselves(read, content):
    for part in content.values():
        part["audio"] = np.concatenate([np.zeros_like(part["audio"][:, :1]), part["audio"]], axis=1)
    data = read(content)
    assert data.meta["source"]["left_padded"] == 6
    assert data.sequences["audio"][1].tolist() == [5, 4, 3, 5, 5, 4]
    assert np.array_equal(data.sequences["audio"][0][0, :5], content["train"]["audio"][0, 1:])


def test_a_modality_that_is_all_zero_is_not_available_and_holds_nobody_back(read, content):
    content["train"]["text"][2] = 0
    content["train"]["audio"] = _turned(content["train"]["audio"])
    content["train"]["vision"] = _turned(content["train"]["vision"])
    data = read(content)
    assert data.available["text"].tolist() == [True, True, False, True, True, True]
    assert data.sequences["audio"][1][2] == 3


def test_rows_of_zeros_are_dropped_and_counted(read, content):
    for name in writer.WIDTHS:
        content["test"][name][0] = 0
    data = read(content)
    assert data.meta["source"]["dropped"] == {"without_frames": 1}
    assert data.ids.tolist()[3:] == ["a_é_valid@0.5-1.25", "a_é_test@1.5-2.25"]


def test_ids_of_other_releases(read, content):
    content["train"]["id"] = ["a_b[0]", "a_b[1]", "c_9[12]"]
    content["valid"]["id"] = np.array([["d_1"]])
    content["test"]["id"] = np.array([["e", "0.5", 1.0], ["e", 1, "2.5"]], dtype=object)
    data = read(content)
    assert data.ids.tolist() == ["a_b[0]", "a_b[1]", "c_9[12]", "d_1", "e@0.5-1.0", "e@1-2.5"]
    assert data.groups.tolist() == ["a_b", "a_b", "c_9", "d", "e", "e"]


def _set(word, name, value):
    def change(content):
        content[word][name] = value

    return change


@pytest.mark.parametrize(
    ("change", "field", "found"),
    [
        (_set("test", "id", np.array([["a", "0", "1"]] * 2)), "ids", "'a@0-1' 2 times"),
        (_set("test", "id", np.array([["a", "0"]] * 2)), "test/id", "a list of 2"),
        (_set("test", "id", np.array([["a", "0", np.nan], ["a", "1", "2"]], dtype=object)), "test/id", "nan"),
        (_set("test", "id", [["a", "0", ["1"]], ["a", "1", "2"]]), "test/id", "a list of 1"),
        (_set("test", "id", np.array([[b"\xe9", b"0", b"1"]] * 2)), "test/id", "can't decode byte 0xe9"),
        (_set("test", "labels", np.ones((2, 1, 7), np.float32)), "test/labels", "(2, 1, 7)"),
        (_set("test", "labels", np.ones((3, 1, 1), np.float32)), "test/labels", "(3, 1, 1)"),
        (_set("test", "labels", np.full((2, 1, 1), np.nan)), "test/labels", "nan in row 0"),
        (_set("test", "labels", np.full((2, 1, 1), "1")), "test/labels", "<U1"),
        (_set("test", "text", np.ones((2, 5, 3), np.int32)), "test/text", "int32"),
        (_set("test", "text", [[[1.0]]]), "test/text", "a list of 1"),
        (_set("test", "text", [[[1.0]]] * 2), "test/text", "a list of 2"),
        (_set("test", "text", np.full((2, 5, 3), np.inf)), "modalities/text", "infinity"),
        (_set("test", "audio", None), "test/audio", "None"),
        (lambda content: content["test"].pop("vision"), "format", "something else"),
    ],
)
def test_what_is_refused(change, field, found, read, content):
    change(content)
    with refused(field, found):
        read(content)
