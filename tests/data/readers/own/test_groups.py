"""Groups and ids of users' own data that look alike: none leaks from one split into another in silence."""

import pytest

from euar.data import readers
from tests.data.readers.own.refused import WORDS, labels, refusal

ROWS = 60
LABELS = [row % 2 for row in range(ROWS)]


def people(*spellings):
    """Return a group for each row: half the rows are of one person, spelt so."""
    return [*spellings] * (ROWS // 2 // len(spellings)) + [f"p{row}" for row in range(ROWS // 2)]


def test_groups_that_look_the_same_are_one(tmp_path):
    column = {"group": people("sam", "sam ", "sam\u200b")}
    with pytest.warns(UserWarning, match=r"labels.csv: group: .* taken for one group"):
        data = readers.read(labels(tmp_path, LABELS, column=column, words=None))
    assert set(data.groups[: ROWS // 2]) == {"sam"}
    assert len(set(data.split[: ROWS // 2])) == 1
    assert data.meta["source"]["merged_groups"] == [["sam", "sam ", "sam\u200b"]]


@pytest.mark.parametrize("other", ["Sam", "\uff53am", "s\u0430m"])
def test_groups_that_look_almost_the_same_are_told(other, tmp_path):
    column = {"group": people("sam", other)}
    with pytest.warns(UserWarning, match=r"labels.csv: group: .* are groups of their own"):
        data = readers.read(labels(tmp_path, LABELS, column=column, words=None))
    assert data.meta["source"]["similar_groups"] == [sorted(["sam", other])]


@pytest.mark.parametrize("pair", [("\u00e9", "e\u0301"), ("c", "c "), ("c", "c\u200b"), ("c", "c\u3164")])
def test_ids_that_look_the_same_are_refused(pair, tmp_path):
    folder = labels(tmp_path, LABELS, words=WORDS * 5)
    table = (folder / "labels.csv").read_text(encoding="utf-8")
    for name, place in zip(pair, ("i0,", "i9,"), strict=True):
        table = table.replace(place, f"{name},", 1)
    (folder / "labels.csv").write_text(table, encoding="utf-8")
    error = refusal(folder)
    assert (error.field, error.expected) == ("id", "ids that look different")
    assert error.found == f"{pair[0]!a} and {pair[1]!a} in line 11"
