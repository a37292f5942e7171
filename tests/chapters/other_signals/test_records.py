"""What was measured, by set and reading; what is not measured is not there."""

import numpy as np

from euar.chapters.calibrated_sigma.measure import WORLDS
from euar.chapters.other_signals import measure, records


def test_every_set_has_the_distance_and_both_systems_experts():
    found = records.measured()
    assert set(found.sets) == set(measure.NOISES)
    assert all(set(of) == set(records.WORDS.values()) for of in found.sets.values())
    assert set(found.worlds) == set(WORLDS)


def test_a_score_has_its_seeds_within_its_interval():
    found = records.measured()
    for reading in records.WORDS.values():
        at = ("nyud", reading, "gaussian:10", "named")
        seeds, interval = found.score(*at)["seeds"], found.interval(*at)
        assert interval.n == len(seeds) == (1 if reading == records.DISTANCE else 10)
        assert abs(interval.mean - np.mean(seeds)) < 1e-4
        assert interval.low <= interval.mean <= interval.high


def test_nothing_measured_is_nothing(tmp_path):
    assert records.measured(tmp_path) == ({}, {})
