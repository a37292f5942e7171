"""Exercises: right answers pass, stub and mistakes fail with messages of their own. Claims: they can fail."""

import math
from functools import cache

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
    "released": (MAIN, ["worlds"]),
    "errors": (MAIN, ["worlds", "raters", "covered"]),
    "steps": (DEEPER, ["load-results", "parts", "followed"]),
    "intervals": (DEEPER, ["load-results", "parts"]),
    "noises": (DEEPER, ["load-results"]),
    "classes": (DEEPER, ["load-results", "over-noise"]),
    "elsewhere": (DEEPER, ["load-results", "table-elsewhere"]),
    "conformal": (DEEPER, ["load-results", "table-conformal"]),
}


def with_results(claims, name=None, source=None):
    """Run the cells that claim something, the results of one system in place of another's."""
    page, cells = PAGES[claims]
    found = evidence(name, source)
    controls.run(page, *cells, f"claims-{claims}", measured=lambda: found)


@cache
def measured():
    """What was measured, read once; nobody changes it in place."""
    return records.measured()


def evidence(name=None, source=None):
    """What was measured, the results of one system in place of another's."""
    found = measured()
    if name:
        swapped = {
            part: {key: _swapped(of, name, source) for key, of in getattr(found, part).items()}
            for part in ("worlds", "real")
        }
        found = found._replace(**swapped)
    return found


def with_shift(claims, name, path, by):
    """Run the cells that claim something, one trial of one system moved by a number."""
    page, cells = PAGES[claims]
    found = evidence()
    moved = [of[name] for of in (*found.worlds.values(), *found.real.values()) if name in of]

    def trial(result, *at):
        shift = by if at == path and any(result is one for one in moved) else 0.0
        return records.trial(result, *at) + shift

    controls.run(page, *cells, f"claims-{claims}", measured=lambda: found, trial=trial)


def _swapped(of, name, source):
    return Comparison(of.results | {name: of[source]} if name in of and source in of else of.results)


@pytest.mark.parametrize("claims", PAGES)
def test_the_claims_on_results_hold(claims):
    with_results(claims)


@pytest.mark.parametrize(
    ("claims", "name", "source", "said"),
    [
        ("worlds", "calibrated", "default", "loud, text: EUAR, calibrated"),
        ("worlds", "paper", "calibrated", "quiet, audio: paper"),
        ("worlds", "calibrated; noisy 0.0", "default", "loud, text: calibrated, no noise in training"),
        ("released", "released", "calibrated", "loud, audio: released"),
        ("real", "qmf", "calibrated", "QMF minus calibrated"),
        ("real", "calibrated", "default", "NYU, rgb: AUROC of calibrated"),
        ("real", "default", "paper", "NYU, depth: AUROC of EUAR"),
        ("raters", "calibrated", "default", "calibrated minus EUAR"),
        ("errors", "default", "calibrated", "rows that EUAR's interval covers"),
        ("errors", "heteroscedastic", "calibrated", "loud: order, heteroscedastic minus calibrated"),
        ("errors", "mc-dropout", "calibrated", "loud: AURC, calibrated minus MC dropout"),
        ("steps", "calibrated; noisy 0.0", "calibrated", "calibrated minus calibrated, no noise"),
        ("steps", "calibrated; views 0.0", "calibrated", "calibrated minus calibrated, modalities"),
        ("intervals", "calibrated; noisy 0.0", "calibrated", "loud: covered more"),
        ("intervals", "calibrated; likelihood beta-nll", "released", "loud: NLL, beta-NLL minus"),
        ("classes", "calibrated", "default", "mvsa: NLL"),
        ("elsewhere", "calibrated", "deep-ensemble", "calibrated minus ensemble"),
        ("elsewhere", "deep-ensemble", "calibrated", "editorials minus tweets"),
        ("conformal", "released", "calibrated", "released minus the next"),
        ("conformal", "deep-ensemble", "paper", "calibrated minus ensemble"),
    ],
)
def test_the_claims_fail_on_results_without_the_effect(claims, name, source, said):
    with pytest.raises(ClaimError, match=said):
        with_results(claims, name, source)


@pytest.mark.parametrize(
    ("claims", "name", "path", "by", "said"),
    [
        ("errors", "calibrated", ("covered",), 0.05, "loud: calibrated covers"),
        ("errors", "calibrated", ("covered",), -0.018, "quiet: calibrated covers"),
        ("errors", "calibrated", ("test", "covered"), 0.05, "tweets: calibrated covers"),
        ("errors", "calibrated", ("order",), 0.1, "quiet: order"),
        ("errors", "heteroscedastic", ("aurc",), 0.1, "loud: AURC, calibrated minus heteroscedastic"),
        ("errors", "deep-ensemble", ("aurc",), 0.05, "loud: AURC, heteroscedastic minus ensemble"),
        ("errors", "mc-dropout", ("nll",), 0.1, "quiet: NLL, calibrated minus MC dropout"),
        ("errors", "mc-dropout", ("test", "nll"), 0.1, "tweets: NLL, calibrated minus MC dropout"),
        ("real", "calibrated", ("gaussian:10", "auroc", "image"), 0.2, "MVSA, image: AUROC of calibrated"),
        ("real", "paper", ("gaussian:10", "named"), -0.3, "NYU: named, paper minus calibrated"),
        ("noises", "calibrated", ("gaussian:5", "moved", "rgb"), -0.1, "nyud, rgb, gaussian:5: weight"),
        ("noises", "calibrated", ("gaussian:5", "auroc", "rgb"), -0.1, "nyud, rgb, gaussian:5: AUROC"),
        (
            "noises",
            "calibrated",
            ("salt-pepper:5", "auroc", "depth"),
            -0.1,
            "nyud, depth, salt-pepper:5: AUROC",
        ),
        ("noises", "calibrated", ("blank:5", "auroc", "text"), 0.2, "mvsa, text, blank:5: AUROC"),
        ("classes", "calibrated", ("test", "ece"), -0.019, "mvsa: ECE"),
        ("classes", "calibrated", ("test", "ece"), 0.1, "nyud: ECE"),
        (
            "elsewhere",
            "calibrated",
            ("movies", "raters", "all", "plain"),
            0.2,
            "movies: EUAR, calibrated, raters",
        ),
        (
            "elsewhere",
            "deep-ensemble",
            ("movies", "raters", "all", "plain"),
            0.2,
            "movies: deep ensemble, raters",
        ),
    ],
)
def test_the_claims_fail_on_trials_that_are_moved(claims, name, path, by, said):
    with pytest.raises(ClaimError, match=said):
        with_shift(claims, name, path, by)


@pytest.mark.parametrize("name", ["calibrated", "default"])
def test_the_verdicts_in_words_are_those_of_the_board(name):
    found = evidence(name, "released")
    controls.run(MAIN, "worlds", "board", measured=measured)
    with pytest.raises(AssertionError, match="missed"):
        controls.run(MAIN, "worlds", "board", measured=lambda: found)


def test_the_ridge_has_to_reach_the_goal():
    found = measured()
    found = found._replace(attainable=found.attainable | {"test": {"plain": 0.3, "given": 0.3}})
    with pytest.raises(AssertionError):
        controls.run(MAIN, "worlds", "raters", "claims-raters", measured=lambda: found)


def test_who_finds_bad_rows_has_small_errors_first():
    flat, rising = np.ones(100), np.linspace(0.3, 1, 100)
    names = "EUAR", "heteroscedastic", "EUAR, calibrated"
    controls.run(DEEPER, "claims-kept", curves=dict(zip(names, (flat, rising, flat), strict=True)))
    with pytest.raises(AssertionError):
        controls.run(DEEPER, "claims-kept", curves=dict(zip(names, (rising, rising, flat), strict=True)))
