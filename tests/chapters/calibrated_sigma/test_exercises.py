"""Exercises: right answers pass, stub and mistakes fail with messages of their own. Claims: they can fail."""

import math

import numpy as np
import pytest
import torch
from scipy.optimize import minimize_scalar

from euar.chapters import ClaimError
from euar.chapters.calibrated_sigma import exercises as check
from euar.chapters.calibrated_sigma import records
from euar.chapters.what_sigma_knows import measure as before
from euar.chapters.what_sigma_knows.seeds import Seeds
from euar.experiments.comparison import Comparison
from euar.intervals import t_interval
from euar.propagation import Moments
from euar.systems.calibrated import believed
from tests.chapters import controls

MAIN, DEEPER = "calibrated_sigma", "calibrated_sigma_deeper"
TURNS = {"mean log σ² of EUAR": False, "r of the calibrated": True, "length of the features": False}


def stub(*arguments):
    raise NotImplementedError


def by_bayes(o_a, r_a, o_b, r_b):
    """The system's own belief, with next to nothing believed before."""
    o_r = {m: Moments(*torch.tensor([[[o]], [[r]]])) for m, o, r in (("a", o_a, r_a), ("b", o_b, r_b))}
    rows = {m: torch.tensor([True]) for m in o_r}
    return believed(o_r, rows, Moments(torch.zeros(1), torch.tensor([1e9])), torch.zeros(1)).mean.item()


def searched(errors):
    """The variance of the least likelihood loss, by a search over its logarithm."""
    loss = minimize_scalar(lambda log: np.mean(log + errors**2 / math.exp(log)), (-5, 5), tol=1e-10)
    return math.exp(loss.x)


def smallest_that_covers(scores):
    """The least score that at least nine tenths of n + 1 rows do not exceed."""
    return min(s for s in scores if (scores <= s).sum() >= 0.9 * (len(scores) + 1) - 1e-9)


RIGHT = {
    check.fused: [lambda a, ra, b, rb: (a * rb + b * ra) / (ra + rb), by_bayes],
    check.which_follow: [TURNS, dict(reversed(TURNS.items()))],
    check.best_variance: [lambda e: (e @ e) / len(e), searched],
    check.reach: [smallest_that_covers],
}
WRONG = {
    check.fused: [
        stub,
        lambda a, ra, b, rb: (ra * a + rb * b) / (ra + rb),
        lambda a, ra, b, rb: (a + b) / 2,
        lambda a, ra, b, rb: a / ra + b / rb,
        lambda a, ra, b, rb: (a / ra**2 + b / rb**2) / (1 / ra**2 + 1 / rb**2),
        lambda a, ra, b, rb: (a / ra**0.5 + b / rb**0.5) / (1 / ra**0.5 + 1 / rb**0.5),
        lambda *_: 0.0,
    ],
    check.which_follow: [
        dict.fromkeys(TURNS, ...),
        {},
        *(TURNS | {name: not value} for name, value in TURNS.items()),
    ],
    check.best_variance: [
        stub,
        lambda e: np.abs(e).mean(),
        lambda e: np.sqrt((e**2).mean()),
        np.var,
        lambda e: (e**2).mean() / 2,
        lambda e: (e**2).sum(),
        lambda e: 1.0,
    ],
    check.reach: [
        stub,
        lambda s: np.sort(s)[math.ceil(0.9 * len(s)) - 1],
        lambda s: np.quantile(s, 0.9),
        lambda s: s[math.ceil(0.9 * (len(s) + 1)) - 1],
        max,
    ],
}


def test_what_keeps_its_sign_was_measured():
    early, now = Seeds(before.by_network()), records.measured().worlds
    log = {w: early("default", w, "last", "views", "audio", "log", "noise") for w in now}
    r = {w: records.trial(of["calibrated"], "levels", "audio") for w, of in now.items()}
    assert (t_interval(log["loud"]).low > 0) and (t_interval(log["quiet"]).high < 0)
    assert all(t_interval(values).low > 0 for values in r.values())


PAGES = {  # claims: the page, and the cells that they need
    "worlds": (MAIN, ["worlds"]),
    "real": (MAIN, ["worlds"]),
    "raters": (MAIN, ["worlds", "raters"]),
    "errors": (MAIN, ["worlds", "raters", "covered"]),
    "steps": (DEEPER, ["load-results", "parts", "followed"]),
    "classes": (DEEPER, ["load-results", "over-noise"]),
    "elsewhere": (DEEPER, ["load-results", "table-elsewhere"]),
    "conformal": (DEEPER, ["load-results", "table-conformal"]),
}


def with_results(claims, name=None, source=None):
    """Run the cells that claim something, the results of one system in place of another's."""
    found = records.measured()
    if name:
        swapped = {
            part: {key: _swapped(of, name, source) for key, of in getattr(found, part).items()}
            for part in ("worlds", "real")
        }
        found = found._replace(**swapped)
    page, cells = PAGES[claims]
    controls.run(page, *cells, f"claims-{claims}", measured=lambda: found)


def _swapped(of, name, source):
    return Comparison(of.results | {name: of[source]} if name in of and source in of else of.results)


@pytest.mark.parametrize("claims", PAGES)
def test_the_claims_on_results_hold(claims):
    with_results(claims)


@pytest.mark.parametrize(
    ("claims", "name", "source", "said"),
    [
        ("worlds", "calibrated", "default", "loud, text: calibrated"),
        ("worlds", "paper", "calibrated", "quiet, audio: paper"),
        ("real", "qmf", "calibrated", "QMF minus calibrated"),
        ("real", "default", "paper", "NYU, depth: AUROC of EUAR"),
        ("raters", "calibrated", "default", "calibrated minus EUAR"),
        ("errors", "default", "calibrated", "rows that EUAR's interval covers"),
        ("errors", "heteroscedastic", "calibrated", "AURC, calibrated minus heteroscedastic"),
        ("steps", "calibrated; noisy 0.0", "calibrated", "calibrated minus calibrated, no noise"),
        ("steps", "calibrated; views 0.0", "calibrated", "calibrated minus calibrated, modalities"),
        ("elsewhere", "calibrated", "deep-ensemble", "calibrated minus ensemble"),
        ("conformal", "released", "calibrated", "released minus calibrated"),
        ("conformal", "deep-ensemble", "released", "calibrated minus ensemble"),
    ],
)
def test_the_claims_fail_on_results_without_the_effect(claims, name, source, said):
    with pytest.raises(ClaimError, match=said):
        with_results(claims, name, source)
