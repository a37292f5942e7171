"""Systems and logistic regression are asked for in one way, on clean and on noisy rows."""

import numpy as np
import pytest

from euar.chapters import picture_sets
from euar.chapters.picture_sets import PictureSet
from euar.experiments.comparison import Comparison
from euar.experiments.row import Row

NOISE = "gaussian:5"


def result(clean, noisy):
    runs = [
        {"seed": seed, "test": {"accuracy": a}, "others": {NOISE: {"accuracy": b}}}
        for seed, (a, b) in enumerate(zip(clean, noisy, strict=True))
    ]
    return {"data": {"sha256": "one"}, "runs": runs, "baselines": {}}


def linear(accuracy):
    return {"baselines": {"logistic": {"accuracy": accuracy}}}


@pytest.fixture
def found():
    systems = Comparison(
        {"default": result([0.8, 0.9], [0.6, 0.5]), "concat": result([0.7, 0.7], [0.6, 0.6])}
    )
    return PictureSet(systems, {}, {None: linear(0.75), NOISE: linear(0.5)})


def test_scores_are_by_seed_and_logistic_regression_has_one(found):
    assert found.names == ["default", "concat", "logistic"]
    assert found.scores("default").tolist() == [0.8, 0.9]
    assert found.scores("default", NOISE).tolist() == [0.6, 0.5]
    assert found.scores("logistic", NOISE).tolist() == [0.5]


def test_differences_are_paired_by_seed(found):
    np.testing.assert_allclose(found.minus("default", "concat"), [0.1, 0.2])
    np.testing.assert_allclose(found.minus("logistic", "default", NOISE), [-0.1, 0.0])
    np.testing.assert_allclose(found.over("default", "concat", [None, NOISE]), [0.05, 0.05])


def test_results_stand_in_their_places(monkeypatch):
    known = {("nyud", None, None): linear(0.1), ("nyud", None, NOISE): linear(0.2), ("mvsa", None, None): {}}
    monkeypatch.setattr(picture_sets.probes, "by_condition", lambda: known)
    both, depth = result([0.5], [0.5]), result([0.3], [0.3])
    pairs = [(Row(data="nyud"), both), (Row(data="nyud", modalities=("depth",)), depth)]
    found = picture_sets.picture_set("nyud", pairs)
    assert dict(found.systems) == {"default": both}
    assert found.alone == {"depth": depth}
    assert found.linear == {None: linear(0.1), NOISE: linear(0.2)}
