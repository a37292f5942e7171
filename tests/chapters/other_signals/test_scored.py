"""Scores are those of the chapter's meters; the interval knows rows and seeds."""

import numpy as np
import pytest

from euar.chapters.calibrated_sigma.said import Said
from euar.chapters.calibrated_sigma.trials import of_noise, of_raters
from euar.chapters.other_signals.scored import hit_rows, noise_scores, rater_scores
from tests.chapters.other_signals.whole import whole

RNG = np.random.default_rng(0)
HIT = {m: RNG.uniform(size=80) < 0.5 for m in ("a", "b")}
READINGS = {m: hit + RNG.normal(0, 1, (3, 80)) for m, hit in HIT.items()}


def test_each_seed_has_what_the_meters_say_of_it():
    found = noise_scores(READINGS, HIT, None)
    for seed in range(3):
        trial = of_noise(Said(np.zeros(80), None, {m: x[seed] for m, x in READINGS.items()}, {}), HIT)
        assert found["named"]["seeds"][seed] == trial["named"]
        by_rank = {m: score["seeds"][seed] for m, score in found["auroc"].items()}
        assert by_rank == pytest.approx(trial["auroc"])
    one = found["auroc"]["a"]
    assert one["mean"] == pytest.approx(np.mean(one["seeds"]))
    assert one["low"] < one["mean"] < one["high"]


def test_what_has_no_seeds_has_an_interval_over_rows():
    alone = noise_scores({m: x[:1] for m, x in READINGS.items()}, HIT, None)["auroc"]["a"]
    se = 0.06  # of an AUROC near 0.75 of 40 rows against 40
    assert (alone["high"] - alone["low"]) / 2 == pytest.approx(2 * se, rel=0.4)
    families = np.repeat(np.arange(8), 10).astype(str)
    assert (
        noise_scores(READINGS, HIT, families)["auroc"]["a"] != noise_scores(READINGS, HIT, None)["auroc"]["a"]
    )


def test_one_corrupted_modality_is_not_named():
    assert set(noise_scores(READINGS, {"a": HIT["a"]}, None)) == {"auroc"}


def test_raters_are_those_of_the_larger_pool_and_rank_as_in_the_chapter():
    pool = np.where(np.arange(80) % 3 == 0, "96", "20")
    rated = whole(80, target_sd=RNG.uniform(0.1, 2, 80).astype(np.float32), meta={"pool": pool})
    reading = RNG.normal(size=(2, 80))
    found = rater_scores({"all": reading}, rated)["all"]
    for seed in range(2):
        expected = of_raters({"all": reading[seed]}, rated)["all"]
        assert {what: score["seeds"][seed] for what, score in found.items()} == pytest.approx(expected)


def test_rows_are_hit_where_their_features_differ():
    clean, test = whole(40), whole(40)
    test.modalities["a"][3, 1] += 1  # the first test row
    (moved,) = hit_rows(clean, test).items()
    assert moved[0] == "a" and moved[1].tolist() == [True] + [False] * 9
