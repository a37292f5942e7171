"""Classes, runs and validation rows of NYU Depth V2."""

import hashlib
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from euar.data.readers.nyud import _rooms


def test_nine_types_are_classes_and_the_rest_are_others():
    assert [name for name, label in _rooms.CLASS_OF.items() if label == name] == _rooms.CLASSES
    assert sorted(_rooms.CLASSES) == _rooms.CLASSES
    assert _rooms.CLASS_OF["playroom"] == "others"
    # 18 rare types; eight have a second name in lists made from SUN RGB-D.
    assert Counter(_rooms.CLASS_OF.values())["others"] == 1 + 18 + 8


def test_runs_end_with_a_gap_another_type_or_another_split():
    numbers = [9, 1, 2, 4, 5, 6, 7, 8]
    types = ["study", "study", "study", "study", "gym", "gym", "gym", "gym"]
    split = ["test", "test", "test", "test", "test", "train", "train", "test"]
    expected = ["study-9", "study-1", "study-1", "study-4", "gym-5", "gym-6", "gym-6", "gym-8"]
    assert _rooms.runs(numbers, types, split) == expected


ROWS = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from(["train", "test"]), st.integers(0, 5)),
    min_size=1,
    max_size=60,
)


@given(ROWS)
def test_scenes_are_held_out_in_the_order_of_their_hashes_up_to_15_percent(rows):
    classes = [label for label, _, _ in rows]
    split = [word for _, word, _ in rows]
    groups = [f"{label}-{word}-{scene}" for label, word, scene in rows]
    expected = list(split)
    for label in set(classes):
        members = [row for row, (name, word) in enumerate(zip(classes, split, strict=True))
                   if (name, word) == (label, "train")]  # fmt: skip
        order = sorted(
            {groups[row] for row in members}, key=lambda name: hashlib.sha256(name.encode()).digest()
        )
        enough = [
            count
            for count in range(len(order))
            if 100 * sum(groups[row] in order[:count] for row in members) >= 15 * len(members)
        ]
        count = min([*enough, max(len(order) - 1, 0)])
        for row in members:
            if groups[row] in order[:count]:
                expected[row] = "valid"
    assert _rooms.hold_out(classes, split, groups) == expected


def test_exactly_15_percent_are_enough():
    groups = [str(row // 5) for row in range(100)]
    assert _rooms.hold_out(["a"] * 100, ["train"] * 100, groups).count("valid") == 15


def test_the_last_scene_of_a_class_stays():
    assert _rooms.hold_out(["a"] * 3, ["train"] * 3, ["x"] * 3) == ["train"] * 3


def test_test_rows_stay_even_in_a_scene_that_is_held_out():
    found = _rooms.hold_out(["a"] * 4, ["train", "train", "test", "test"], ["x", "y", "x", "y"])
    assert sorted(found) == ["test", "test", "train", "valid"]
    assert found[2:] == ["test", "test"]
