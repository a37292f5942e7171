"""Numbers of seeds come from the network, data, moment and path that were asked for."""

import numpy as np
import pytest

from euar.chapters.what_sigma_knows.seeds import VIEWS, Seeds


def state(start):
    """A network's state, whose numbers all differ."""
    count = iter(range(start, start + 1000))

    def of(*names):
        return {name: float(next(count)) for name in names}

    return {
        "views": {m: {"log": of("noise", "within"), "mean": of("noise", "within")} for m in VIEWS},
        "whole": {m: of("noise", "error") for m in VIEWS},
        "distance": {m: of("both", "ignoring x") for m in VIEWS},
    }


def result(start):
    moments = {"selected": start, "last": start + 100}
    return {
        "runs": [
            {"states": {moment: state(first + 1000 * seed) for moment, first in moments.items()}}
            for seed in range(3)
        ]
    }


RESULTS = {
    ("default", "loud", *VIEWS): result(1),
    ("default", "quiet", *VIEWS): result(10_001),
    ("likelihood", "loud", *VIEWS): result(20_001),
    **{("likelihood", "loud", m): result(30_001 + 10_000 * j) for j, m in enumerate(VIEWS)},
}
SEEDS = Seeds(RESULTS)


def states(*key, moment="selected"):
    return [run["states"][moment] for run in RESULTS[key]["runs"]]


def test_a_path_is_followed_in_every_seed():
    found = SEEDS("default", "quiet", "last", "views", "audio", "mean", "within")
    last = states("default", "quiet", *VIEWS, moment="last")
    assert found.tolist() == [one["views"]["audio"]["mean"]["within"] for one in last]


@pytest.mark.parametrize("alone", VIEWS)
def test_a_network_of_one_modality_is_another_network(alone):
    found = SEEDS("likelihood", "loud", "selected", "whole", alone, "noise", alone=alone)
    assert found.tolist() == [one["whole"][alone]["noise"] for one in states("likelihood", "loud", alone)]
    of_all = [one["whole"][alone]["error"] for one in states("likelihood", "loud", *VIEWS)]
    assert SEEDS.log_v("loud", alone, "error").tolist() == of_all


def test_averages_are_over_the_modalities():
    of = states("default", "loud", *VIEWS)
    within = [[one["views"][m]["log"]["within"] for m in VIEWS] for one in of]
    assert SEEDS.by_modality("default", "loud", "selected", "log", "within") == pytest.approx(
        np.mean(within, axis=1)
    )
    ratios = [[one["distance"][m]["both"] / one["distance"][m]["ignoring x"] for m in VIEWS] for one in of]
    assert SEEDS.excess_ratio("default", "selected") == pytest.approx(np.mean(ratios, axis=1))


def test_what_was_not_measured_is_an_error():
    with pytest.raises(ValueError, match="unpack"):
        SEEDS("default", "embedded", "selected", "views")
    with pytest.raises(KeyError, match="start"):
        SEEDS("default", "loud", "start", "views")
