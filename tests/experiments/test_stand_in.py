"""Stand-ins: the shape of the set they stand for, something to learn, and never in place of broken data."""

import numpy as np
import pytest

from euar.data import DataError
from euar.experiments import stand_in
from euar.experiments.linear import baselines

RATINGS = {
    "data": {"name": "some", "n": {"train": 400, "valid": 40, "test": 200}, "features": {"a": 12, "b": 5}},
    "baselines": {"constant": {}, "ridge": {}},
    "config": {"model": {"outputs": 1}},
}
CLASSES = {
    **RATINGS,
    "baselines": {"majority": {}, "logistic": {}},
    "config": {"model": {"outputs": 4}},
}


@pytest.mark.parametrize("like", [RATINGS, CLASSES])
def test_it_has_the_widths_the_task_and_a_share_of_the_rows(like):
    data = stand_in.imitate(like, share=0.5)
    assert data.in_features == {"a": 12, "b": 5}
    assert [int((data.split == s).sum()) for s in ("train", "valid", "test")] == [200, 30, 100]
    assert data.task == ("classification" if like is CLASSES else "regression")
    assert "stand-in" in data.name
    if like is CLASSES:
        assert set(data.target) == {0, 1, 2, 3}


def test_there_is_something_to_learn():
    scores = baselines(stand_in.imitate(RATINGS, share=1))
    assert scores["ridge"]["mae"] < 0.9 * scores["constant"]["mae"]
    scores = baselines(stand_in.imitate(CLASSES, share=1))
    assert scores["logistic"]["accuracy"] > scores["majority"]["accuracy"] + 0.1


def test_the_same_seed_gives_the_same_set():
    assert stand_in.imitate(RATINGS).sha256 == stand_in.imitate(RATINGS).sha256
    assert stand_in.imitate(RATINGS).sha256 != stand_in.imitate(RATINGS, seed=1).sha256


def test_the_real_set_is_taken_where_it_is_wanted_and_here():
    assert stand_in.load_or_imitate("embedded", None, RATINGS, real=True).name == "embedded"
    assert "stand-in" in stand_in.load_or_imitate("embedded", None, RATINGS, real=False).name


def test_a_set_that_is_not_here_is_imitated(monkeypatch, tmp_path):
    monkeypatch.setenv("EUAR_DATA", str(tmp_path))
    data = stand_in.load_or_imitate("mosi", "official", RATINGS, real=True)
    np.testing.assert_array_equal(data.target, stand_in.imitate(RATINGS).target)


def test_a_set_that_is_here_and_broken_is_not(monkeypatch, tmp_path):
    monkeypatch.setenv("EUAR_DATA", str(tmp_path))
    (tmp_path / "mosi").mkdir()
    with pytest.raises(DataError):
        stand_in.load_or_imitate("mosi", "official", RATINGS, real=True)
