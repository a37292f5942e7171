"""MAG-BERT's pickles: segments, words, and what is refused."""

import numpy as np
import pytest

from euar.data import DataError, readers
from tests.data.readers.writers.pickles import mag as writer
from tests.data.refused import refused


@pytest.fixture
def content() -> dict:
    return writer.content()


def test_rows_of_the_writers_file(tmp_path):
    data = readers.read(writer.write(tmp_path))
    assert data.meta["source"]["reader"] == "mag"
    assert data.meta["source"]["counts"] == {"train": 3, "valid": 1, "test": 2}
    assert data.ids.tolist()[2:4] == ["a_train[2]", "a_dev[0]"]
    assert data.groups.tolist() == ["a_train"] * 3 + ["a_dev"] + ["a_test"] * 2
    assert data.meta["raw"]["text"][0] == "well that is text é"
    assert data.meta["raw"]["text"][2] == "well that is"
    assert np.allclose(data.target, [-2.6, 0, 1, 3, -0.4, 2])
    assert list(data.in_features.items()) == [("vision", 4), ("audio", 3)]


def test_one_frame_a_word(tmp_path, content):
    data = readers.read(writer.write(tmp_path))
    rows = [features for key in content for features, _, _ in content[key]]
    for name, place in (("vision", 1), ("audio", 2)):
        frames, lengths = data.sequences[name]
        assert lengths.tolist() == [len(features[0]) for features in rows]
        for row, features in enumerate(rows):
            assert np.array_equal(frames[row, : lengths[row]], features[place])
            assert not frames[row, lengths[row] :].any()
            assert np.allclose(data.modalities[name][row], features[place].mean(axis=0), atol=1e-6)


def test_the_video_is_the_segment_without_its_number(read, content):
    names = ("03b[0]", "5W7Z_fD_24", "x_1[3]", "x_1_3", "plain")
    videos = ("03b", "5W7Z_fD", "x_1", "x_1", "plain")
    content["train"] = [(content["train"][0][0], 1.0, name) for name in names]
    assert read(content).groups.tolist()[:5] == list(videos)


@pytest.mark.parametrize(
    "change", [lambda v: v, lambda v: [v], lambda v: [[v]], np.array, lambda v: np.array([[v]])]
)
@pytest.mark.parametrize("label", [2.5, np.float32(2.5), 2, np.int64(2), np.uint8(2)])
def test_a_label_may_be_any_number_and_stand_in_an_array_or_a_list(label, change, read, content):
    content["dev"] = [(content["dev"][0][0], change(label), "a[1]")]
    assert read(content).target[3] == label


def test_a_face_that_was_not_found_is_zeros(read, content):
    content["train"][0][0][1][:] = 0
    data = read(content)
    assert data.available["vision"].all()
    assert data.sequences["vision"][1][0] == 5


def test_segments_without_words_are_dropped_and_counted(read, content):
    empty = ([], np.zeros((0, 4), np.float32), np.zeros((0, 3), np.float32))
    content["train"][1] = (empty, 1.0, "b[0]")
    data = read(content)
    assert data.meta["source"]["dropped"] == {"without_frames": 1}
    assert data.meta["source"]["counts"]["train"] == 2
    assert data.ids[1] == "a_train[2]"
    assert data.meta["raw"]["text"][1] == "well that is"


def test_what_stands_beside_the_splits_is_named(read, content):
    expected = read(content)
    assert "left_out" not in expected.meta["source"]
    found = read(content | {"word2id": {"well": 1}, "val": content["dev"], None: 5, "x" * 5000: ""})
    assert found.sha256 == expected.sha256
    *first, last = found.meta["source"]["left_out"]
    assert first == ["key 'word2id': a dict of 1", "key 'val': a list of 1", "key None: 5"]
    assert last.endswith(": ''")
    assert len(last) < 100
    many = read(content | dict.fromkeys(range(50)))
    assert many.meta["source"]["left_out"][-2:] == ["key 19: None", "30 more"]


def _ones(rows, columns, dtype=np.float32):
    return np.ones((rows, columns), dtype)


GOOD = (["a", "b"], _ones(2, 4), _ones(2, 3))


@pytest.mark.parametrize(
    ("row", "field", "found"),
    [
        (5, "dev[0]", "5"),
        ((GOOD, 1.0), "dev[0]", "a tuple of 2"),
        ((GOOD, 1.0, "s", "other release"), "dev[0]", "a tuple of 4"),
        (((*GOOD, 1), 1.0, "s"), "dev[0][0]", "a tuple of 4"),
        ((("ab", *GOOD[1:]), 1.0, "s"), "dev[0]/words", "ab"),
        (((["a", 1], *GOOD[1:]), 1.0, "s"), "dev[0]/words", "1"),
        (((["a"], *GOOD[1:]), 1.0, "s"), "dev[0]/visual", "(2, 4)"),
        (((GOOD[0], _ones(2, 4), _ones(3, 3)), 1.0, "s"), "dev[0]/acoustic", "(3, 3)"),
        (((GOOD[0], _ones(2, 5), _ones(2, 3)), 1.0, "s"), "dev[0]/visual", "(1, 2, 5)"),
        (((GOOD[0], _ones(2, 4), _ones(2, 3, np.int64)), 1.0, "s"), "dev[0]/acoustic", "int64"),
        (((GOOD[0], _ones(2, 4), _ones(2, 3) * 1e-40), 1.0, "s"), "dev[0]/acoustic", "most of a size"),
        (((GOOD[0], _ones(2, 4) * np.nan, _ones(2, 3)), 1.0, "s"), "modalities/vision", "NaN"),
        ((GOOD, np.nan, "s"), "dev[0]/label", "nan"),
        ((GOOD, 4.0, "s"), "dev[0]/label", "4.0"),
        ((GOOD, "1.0", "s"), "dev[0]/label", "1.0"),
        ((GOOD, True, "s"), "dev[0]/label", "bool in row 0"),
        ((GOOD, None, "s"), "dev[0]/label", "None in row 0"),
        ((GOOD, "", "s"), "dev[0]/label", "'' in row 0"),
        ((GOOD, np.str_(""), "s"), "dev[0]/label", "'') in row 0"),
        ((GOOD, np.array([None]), "s"), "dev[0]/label", "None in row 0"),
        ((GOOD, {}, "s"), "dev[0]/label", "a dict of 0"),
        ((GOOD, [], "s"), "dev[0]/label", "a list of 0"),
        ("", "dev[0]", "''"),
        ((np.str_(""), 1.0, "s"), "dev[0][0]", "''"),
        ((("", *GOOD[1:]), 1.0, "s"), "dev[0]/words", "''"),
        (((GOOD[0], "", GOOD[2]), 1.0, "s"), "dev[0]/visual", "''"),
        ((GOOD, np.ones((1, 7)), "s"), "dev[0]/label", "(1, 7)"),
        ((GOOD, 1.0, 7), "dev[0]/segment", "7"),
        ((GOOD, 1.0, b"\xe9"), "dev[0]/segment", "can't decode byte 0xe9"),
        ((GOOD, 1.0, "a_train[0]"), "ids", "'a_train[0]' 2 times"),
    ],
)
def test_what_is_refused(row, field, found, read, content):
    content["dev"] = [row]
    with refused(field, found):
        read(content)


def test_no_segment_at_all_is_refused(read):
    with pytest.raises(DataError, match="at least one segment"):
        read({"train": [], "dev": [], "test": []})


def test_one_endless_segment_does_not_blow_up(read, content):
    short = [((["a"], _ones(1, 4), _ones(1, 3)), 1.0, f"s[{row}]") for row in range(3000)]
    content["train"] = [*short, ((["a"] * 20_000, _ones(20_000, 4), _ones(20_000, 3)), 1.0, "long[0]")]
    with pytest.raises(DataError, match="longest entry"):
        read(content)
