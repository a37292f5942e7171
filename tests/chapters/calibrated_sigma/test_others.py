"""The claims on other signals hold, and fail where a reading is moved."""

import copy
from types import SimpleNamespace

import pytest

from euar.chapters import ClaimError
from euar.chapters.other_signals import records
from tests.chapters import controls

DISTANCE = records.DISTANCE
GAUSSIAN, HALF = ("gaussian:10", "named"), ("blank:5", "auroc", "text")
RATERS = ("test", "raters", "all", "plain")


def claimed(found):
    """Run the cells that claim something."""
    cells = ("load-results", "others-read", "others-sigma", "others-claims")
    signals = SimpleNamespace(**vars(records) | {"measured": lambda: found})
    controls.run("calibrated_sigma_deeper", *cells, other_signals=signals)


def moved(data, reading, path, by):
    """What was measured, one reading's score moved by a number."""
    found = copy.deepcopy(records.measured())
    score = found.score(data, reading, *path)
    score.update({end: score[end] + by for end in ("mean", "low", "high")})
    score["seeds"] = [value + by for value in score["seeds"]]
    return found


def test_the_claims_hold():
    claimed(records.measured())


@pytest.mark.parametrize(
    ("data", "reading", "path", "by", "error"),
    [
        ("nyud", DISTANCE, GAUSSIAN, -0.2, AssertionError),
        ("nyud", DISTANCE, GAUSSIAN, -0.08, "distance minus QMF"),
        ("nyud", "EUAR's experts, all", GAUSSIAN, 0.4, "EUAR's experts, all"),
        ("nyud", "calibrated experts, chosen", GAUSSIAN, 0.2, "calibrated experts, chosen"),
        ("mvsa", DISTANCE, HALF, -0.1, AssertionError),
        ("mvsa", DISTANCE, HALF, 0.2, AssertionError),
        ("embedded", DISTANCE, RATERS, 0.2, AssertionError),
    ],
)
def test_the_claims_fail_on_a_reading_that_is_moved(data, reading, path, by, error):
    kind, said = (ClaimError, error) if isinstance(error, str) else (error, None)
    with pytest.raises(kind, match=said):
        claimed(moved(data, reading, path, by))


def test_the_sign_of_the_distance_turns_between_the_worlds():
    found = records.measured()
    for world, said in (("loud", "loud, text"), ("quiet", "quiet, text")):
        turned = {m: -rho for m, rho in found.worlds[world].items()}
        with pytest.raises(ClaimError, match=said):
            claimed(found._replace(worlds={**found.worlds, world: turned}))
