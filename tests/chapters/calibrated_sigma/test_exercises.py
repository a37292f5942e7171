"""Exercises: right answers pass, stub and mistakes fail with messages of their own. Claims: they can fail."""

import math

import numpy as np
import torch
from scipy.optimize import minimize_scalar

from euar.chapters.calibrated_sigma import exercises as check
from euar.chapters.calibrated_sigma import records
from euar.chapters.what_sigma_knows import measure as before
from euar.chapters.what_sigma_knows.seeds import Seeds
from euar.intervals import t_interval
from euar.propagation import Moments
from euar.systems.calibrated import believed

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
        lambda s: np.sort(s)[int(0.9 * (len(s) + 1)) - 1],
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
