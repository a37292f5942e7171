import numpy as np
import pytest

from euar.data import DataError, MultimodalDataset, load, readers
from euar.data.tasks import with_task
from tests.data.readers.own.refused import labels


@pytest.fixture
def integers(tmp_path):
    return readers.read(labels(tmp_path, [-1, 7, 10] * 4))


def test_integers_are_asked_about(integers):
    with pytest.raises(DataError, match="integers, 3 different from -1 to 10; say --task classification"):
        with_task(integers, None)
    classes = with_task(integers, "classification")
    assert (classes.sha256, classes.meta["classes"]) == (integers.sha256, integers.meta["classes"])
    assert with_task(classes, None) is classes
    ratings = with_task(integers, "regression")
    assert (ratings.task, ratings.target.tolist()) == ("regression", [-1, 7, 10] * 4)
    assert "classes" not in ratings.meta
    assert with_task(ratings, None) is ratings


def test_the_question_stays_open_in_a_converted_file(integers, tmp_path):
    again = MultimodalDataset.from_hdf5(integers.to_hdf5(tmp_path / "integers.h5"))
    with pytest.raises(DataError, match="labels whose task is known"):
        with_task(again, None)
    assert with_task(again, "regression").target.tolist() == [-1, 7, 10] * 4


@pytest.mark.parametrize("cells", [["no", "yes"] * 6, ["1.0", "2.0"] * 6])
def test_where_the_file_says_nobody_asks_and_nobody_overrules(cells, tmp_path):
    data = readers.read(labels(tmp_path, cells))
    assert with_task(data, None) is data
    assert with_task(data, data.task) is data
    other = {"regression": "classification", "classification": "regression"}[data.task]
    with pytest.raises(DataError, match=f"expected {data.task}, as the labels say, found {other}"):
        with_task(data, other)


def test_named_sets_and_arrays_say():
    assert with_task(load("simulated"), None).task == "regression"
    bare = MultimodalDataset(
        "bare", {"a": np.ones((2, 1), np.float32)}, np.array([0, 1]), ["x", "y"], ["train"] * 2
    )
    assert with_task(bare, None) is bare


def test_an_unknown_task_is_named(integers):
    with pytest.raises(DataError, match="expected regression or classification, found 'ranking'"):
        with_task(integers, "ranking")
