"""Repeated pictures and texts, their groups, and the splits that they cross."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from euar.data.readers.mvsa import _duplicates


def found(folder, contents, texts):
    files = [folder / str(row) for row in range(len(contents))]
    for file, content in zip(files, contents, strict=True):
        file.write_bytes(content)
    return _duplicates.find([f"id{row}" for row in range(len(texts))], files, texts)


def test_pictures_and_texts_join_rows_and_are_counted(tmp_path):
    twins = found(tmp_path, [b"a", b"b", b"a", b"c", b"d", b"b"], ["p", "q", "r", "R!", "s", "t"])
    assert twins.pictures == [[0, 2], [1, 5]]
    assert twins.words == [[2, 3]]
    assert twins.groups == ["id0", "id1", "id0", "id0", "id4", "id1"]
    split = ["train", "test", "train", "valid", "test", "test"]
    assert twins.in_another_split(split).tolist() == [True, False, True, True, False, False]
    assert twins.counts(split) == {
        "image_groups_across_splits": 0,
        "text_groups_across_splits": 1,
        "rows_in_another_split": 3,
    }


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Would you rather...", "would you  rather?", True),
        ("STRASSE", "straße", True),
        ("see http://a.b/c", "see http://a.b/d", False),
        ("RT @someone: hi", "RT @another: hi", False),
        ("well said", "wellsaid", False),
        ("?!", "...", False),
        ("", "", False),
    ],
)
def test_which_texts_are_the_same(one, other, same, tmp_path):
    assert bool(found(tmp_path, [b"a", b"b"], [one, other]).words) is same


@given(st.lists(st.lists(st.integers(0, 11), min_size=2, max_size=4, unique=True), max_size=8))
def test_groups_are_connected_components(sets):
    ids = [f"id{row}" for row in range(12)]
    pairs = np.array([(rows[0], row) for rows in sets for row in rows[1:]], dtype=int).reshape(-1, 2)
    graph = coo_array((np.ones(len(pairs)), pairs.T), shape=(12, 12))
    _, labels = connected_components(graph, directed=False)
    expected = [ids[np.flatnonzero(labels == label)[0]] for label in labels]
    assert _duplicates.components(ids, sets) == expected
