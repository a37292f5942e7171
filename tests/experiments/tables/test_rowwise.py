"""Each metric as a function of means over rows against `euar.training.metrics`."""

import numpy as np
import pytest

from euar.experiments.measurement import Predicted
from euar.experiments.tables.rowwise import ROWWISE, values_of
from euar.training import metrics

RNG = np.random.default_rng(0)
RATINGS = np.round(RNG.uniform(-3, 3, 200) * 2) / 2  # halves, and zeros
SAID = RATINGS + RNG.normal(0, 1.5, (3, 200))
SAID[:, :5] = 0
CLASSES, LOGITS = RNG.integers(0, 4, 200), RNG.normal(size=(3, 200, 5))  # the fifth class is never true


def of(metric, said, target):
    rule = ROWWISE[metric]
    return rule.of_means(rule.of_rows(said, target).mean(axis=1))


@pytest.mark.parametrize("metric", ["mae", "acc2", "f1", "acc7"])
def test_ratings(metric):
    assert of(metric, SAID, RATINGS) == pytest.approx([metrics.regression(s, RATINGS)[metric] for s in SAID])


@pytest.mark.parametrize("metric", ["accuracy", "f1_weighted"])
def test_classes(metric):
    right = [metrics.classification(logits, CLASSES)[metric] for logits in LOGITS]
    assert of(metric, LOGITS, CLASSES) == pytest.approx(right)


def test_predictions_come_in_the_order_of_the_rows():
    said = Predicted(np.array(["a", "b", "c"]), np.array([[1, 2, 3]]))
    assert values_of(said, np.array(["c", "a", "b"])).tolist() == [[3, 1, 2]]
    with pytest.raises(ValueError, match="ids: expected the 3 rows"):
        values_of(said, np.array(["c", "a"]))
