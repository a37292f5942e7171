"""What a linear model reads of the raters' disagreement: all that is linear, nothing of chance."""

from dataclasses import replace

import numpy as np
import pytest

from euar.chapters.calibrated_sigma.attainable import Attainable
from tests.experiments.schema import validate
from tests.training.tiny import dataset


@pytest.fixture(autouse=True)
def _only_these_rows(monkeypatch):
    monkeypatch.setattr(Attainable, "tests", lambda *_: {})


def asked(sd):
    """The trial of the test rows, where the raters' SD is a function of the data."""
    found = Attainable(data="tiny").measure("tiny", rated(sd)).record
    validate(found)
    return found["raters"]["test"]


def linear(data):
    return np.abs(3 + data.modalities["a"][:, 0])


def rated(sd):
    data = dataset(300)
    pool = np.where(np.arange(len(data)) % 3 == 0, "96", "20")
    return replace(data, target_sd=sd(data).astype(np.float32), meta={"pool": pool})


def test_disagreement_that_is_linear_in_the_features_is_found():
    found = asked(linear)
    assert found["plain"] > 0.95 and found["given"] > 0.9


def test_disagreement_by_chance_is_not():
    draws = np.random.default_rng(0)
    assert abs(asked(lambda data: draws.uniform(1, 2, len(data)))["plain"]) < 0.35


def test_another_pool_of_raters_neither_teaches_nor_counts():
    def strange(data):
        return np.where(np.arange(len(data)) % 3 == 0, 50.0, linear(data))

    assert asked(strange) == pytest.approx(asked(linear))
