"""What a linear model reads of the raters' disagreement: all that is linear, nothing of chance."""

from dataclasses import replace

import numpy as np
import pytest

from euar.chapters.calibrated_sigma.attainable import Attainable
from tests.experiments.schema import validate
from tests.training.tiny import dataset

ASKED = Attainable(data="tiny")


def rated(sd):
    data = dataset(300)
    pool = np.where(np.arange(len(data)) % 3 == 0, "96", "20")
    return replace(data, target_sd=sd(data).astype(np.float32), meta={"pool": pool})


def test_disagreement_that_is_linear_in_the_features_is_found():
    found = ASKED.measure("tiny", rated(lambda data: np.abs(3 + data.modalities["a"][:, 0]))).record
    validate(found)
    assert found["raters"]["plain"] > 0.95 and found["raters"]["given"] > 0.9


def test_disagreement_by_chance_is_not():
    draws = np.random.default_rng(0)
    found = ASKED.measure("tiny", rated(lambda data: draws.uniform(1, 2, len(data))))
    assert abs(found.record["raters"]["plain"]) < 0.35


def test_another_pool_of_raters_neither_teaches_nor_counts():
    def known_to_few(data):
        return np.where(np.arange(len(data)) % 3 == 0, 50.0, np.abs(3 + data.modalities["a"][:, 0]))

    found = ASKED.measure("tiny", rated(known_to_few)).record
    assert found["raters"]["plain"] == pytest.approx(
        ASKED.measure("tiny", rated(lambda data: np.abs(3 + data.modalities["a"][:, 0]))).record["raters"][
            "plain"
        ]
    )
