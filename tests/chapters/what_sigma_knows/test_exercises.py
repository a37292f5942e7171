"""Exercises: right answers pass, stub and mistakes fail with messages of their own. Claims: they can fail."""

import copy
import math
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.stats import norm

from euar.chapters import ClaimError
from euar.chapters.what_sigma_knows import exercises as check
from euar.chapters.what_sigma_knows import measure as experiment
from tests.chapters import controls

MAIN, DEEPER = "what_sigma_knows", "what_sigma_knows_deeper"
MOVES = {"label": False, "noise": False, "gate weight": True, "head weight": True, "all weights": True}


def stub(*arguments):
    raise NotImplementedError


def likelihood(a, u, g, w, v):
    return a / (a + 2 * u * g + w**2 * g**2 / v)


def searched(loss):
    """The s of the least loss, by a search over log s."""
    found = minimize_scalar(lambda log: loss(math.exp(log)), (-12, 3), options={"xtol": 1e-10})
    return math.exp(found.x)


def expected_loss(s, a, u, g, w, v=0.5):
    """Terms with s of the expected loss; with v = 1/2, those of the squared error."""
    return (w * g) ** 2 * s / (2 * v) + u * g * s + a / 2 * (s - math.log(s))


def moved():
    """Change one thing at a time and search again, in a squared error with draws averaged out."""

    def least(y=1.0, x=0.0, a=0.02, u=0.01, g=0.4, w=0.3):
        return searched(lambda s: (y - w * g * (0.5 + x)) ** 2 + expected_loss(s, a, u, g, w))

    changed = {
        "label": least(y=-2.0),
        "noise": least(x=0.7),
        "gate weight": least(g=0.8),
        "head weight": least(w=0.6),
        "all weights": least(a=0.04, u=0.02),
    }
    return {name: not math.isclose(value, least(), rel_tol=1e-3) for name, value in changed.items()}


def drawn(length, sd):
    """The mean over normal weights, by quantiles in place of draws."""
    quantiles = norm.ppf((np.arange(1_000_000) + 0.5) / 1_000_000)
    return np.exp(length * sd * quantiles).mean()


RIGHT = {
    check.what_moves: [MOVES, dict(reversed(MOVES.items())), moved()],
    check.with_likelihood: [
        likelihood,
        lambda *case: np.float32(likelihood(*case)),
        lambda *case: searched(lambda s: expected_loss(s, *case)),
    ],
    check.one_variance: [
        lambda best: 1 / np.mean(1 / best),
        lambda best: len(best) / sum(1 / best),
        lambda best: searched(lambda s: np.mean(s / best - 1 - np.log(s / best))),
    ],
    check.mean_variance: [lambda n, sd: np.exp(n**2 * sd**2 / 2), drawn],
}
WRONG = {
    check.what_moves: [
        dict.fromkeys(MOVES, ...),
        {"label": False},
        *(MOVES | {name: not value} for name, value in MOVES.items()),
    ],
    check.with_likelihood: [
        stub,
        lambda a, u, g, w, v: a / (a + 2 * u * g + 2 * w**2 * g**2),
        lambda a, u, g, w, v: a / (a + 2 * u * g + 2 * w**2 * g**2 / v),
        lambda a, u, g, w, v: a / (a + 2 * u * g + w**2 * g**2 * v),
        lambda a, u, g, w, v: a / (a + w**2 * g**2 / v),
        lambda a, u, g, w, v: 1 / likelihood(a, u, g, w, v),
        lambda a, u, g, w, v: v,
        lambda a, u, g, w, v: 1 / 0,
    ],
    check.one_variance: [
        stub,
        np.mean,
        lambda best: np.exp(np.log(best).mean()),
        np.median,
        lambda best: np.mean(1 / best),
        np.min,
        lambda best: 0.5,
        lambda best: best,
    ],
    check.mean_variance: [
        stub,
        lambda n, sd: 1.0,
        lambda n, sd: np.exp(n**2 * sd**2),
        lambda n, sd: np.exp(n * sd / 2),
        lambda n, sd: np.exp(n * sd**2 / 2),
        lambda n, sd: np.exp(n**2 * sd / 2),
        lambda n, sd: 7.0,
    ],
}


def test_an_answer_is_given_its_own_copy():
    def spoils(best):
        best[:] = 1.0
        return 0.3

    assert not check.one_variance(spoils).ok
    assert check.one_variance(RIGHT[check.one_variance][0]).ok


def page(name, *cells, **names):
    """Run these cells of a page in order, `names` in place of what the imports bring."""
    return controls.run(name, *cells, **{"age": len} | names)


NEEDS = {"error": ["control-error-table"], "people": ["people-rows", "figure-people"]}
PAGES = {
    cell.removeprefix("claims-"): name
    for name in (MAIN, DEEPER)
    for cell in controls.sources(name)
    if cell.startswith("claims-")
}


def with_results(change, claims):
    """Run the cells that claim something about the results, after a change to them."""
    known = copy.deepcopy(experiment.by_network())
    change({key[:2] if len(key) == 5 else key: result["runs"] for key, result in known.items()})
    cells = ("load-results", *NEEDS.get(claims, []), f"claims-{claims}")
    page(PAGES[claims], *cells, experiment=SimpleNamespace(by_network=lambda: known))


def copied(network, data, moment, source, *path):
    """A change: at a moment, put what another (network, data, moment) found there."""

    def change(runs):
        for run, other in zip(runs[network, data], runs[source[:2]], strict=True):
            target, found = run["states"][moment], other["states"][source[2]]
            for name in path[:-1]:
                target, found = target[name], found[name]
            target[path[-1]] = copy.deepcopy(found[path[-1]])

    return change


def multiplied(network, data, moment, factor, *path):
    """A change: multiply one number of every modality; `path` is a part, and keys below a modality."""
    part, *inner, last = path

    def change(runs):
        for run in runs[network, data]:
            for of in run["states"][moment][part].values():
                for name in inner:
                    of = of[name]
                of[last] *= factor

    return change


@pytest.mark.parametrize("claims", PAGES)
def test_the_claims_on_results_hold(claims):
    with_results(lambda runs: None, claims)


def judged(key, m, what, value, moment="selected"):
    """A change: what a likelihood's variance shows of a modality at a moment."""

    def change(runs):
        for run in runs[key]:
            run["states"][moment]["whole"][m][what] = value + run["seed"] / 1000

    return change


def raters(view, reading, moment, value):
    """A change: the default network's correlation with the raters' SD in one view."""

    def change(runs):
        for run in runs["default", "embedded"]:
            run["states"][moment]["views"][view][reading]["raters given"] = value + run["seed"] / 1000

    return change


def felt(data):
    """A change: the noise that is felt goes along with the errors as closely as the likelihood's variance."""

    def change(runs):
        for run, other in zip(runs["default", data], runs["likelihood", data], strict=True):
            of = other["states"]["selected"]["whole"]["text"]["error"]
            run["states"]["selected"]["views"]["text"]["felt"]["error"] = of

    return change


NETWORKS = ("default", "paper")
FAILS = [
    *(
        ("distance", multiplied(network, "loud", moment, 0.05, "distance", "both"), f"{network}, {moment}")
        for network in NETWORKS
        for moment in ("selected", "last")  # training does get there
    ),
    *(
        (
            "distance",
            copied(network, "loud", f"{moment} converged", (network, "loud", moment), "distance"),
            f"{network}, {moment} converged",  # the maps stay where training left them
        )
        for network in NETWORKS
        for moment in ("selected", "last")
    ),
    *(
        (
            "noise",
            multiplied("default", "loud", moment, 0.3, "views", "log", "noise"),
            f"default, {moment}: log σ² of text",
        )
        for moment in ("selected", "last")
    ),
    *(
        (
            "noise",
            multiplied("paper", "loud", moment, -1, "views", meter, "noise"),
            f"paper, {moment}: {meter}",  # both meters have the sign of the other
        )
        for moment in ("selected", "last")
        for meter in ("mean", "log")
    ),
    *(
        ("unsure", multiplied(network, "loud", "selected", factor, "distance", "ratio"), failing)
        for network, factor, failing in (
            ("default", 0.05, "default: log of median"),  # no larger than s*
            ("paper", 0.7, "paper: log of median"),
            ("default", 0.15, "default minus paper"),  # not by a far larger factor
        )
    ),
    (
        "noise",
        copied("default", "loud", "start", ("default", "loud", "last"), "views"),
        "untrained",  # it is there before training
    ),
    (
        "noise",
        copied("default", "loud", "last", ("default", "loud", "selected"), "views"),
        "default: mean σ²",  # the mean is no slower
    ),
    *(
        (
            "converged",
            copied("default", "loud", f"{moment} converged", ("default", "loud", moment), "views"),
            f"default, {moment}: correlation, converged",
        )
        for moment in ("selected", "last")
    ),
    *(
        (
            "converged",
            multiplied("default", "loud", moment, 0.1, "views", "log", "noise"),
            f"default, {moment}: fall",  # there is nothing to lose
        )
        for moment in ("selected", "last")
    ),
    (
        "converged",
        copied("paper", "loud", "last converged", ("default", "loud", "last converged"), "views"),
        "paper, last",
    ),
    *(
        (
            "quiet",
            multiplied("default", world, "last", factor, "views", "log", test),
            f"{world}, .*: log σ², {test}",  # a meter of noise; none at all
        )
        for world, factor in (("quiet", -1), ("loud", 0.1))
        for test in ("noise", "within")
    ),
    (
        "quiet",
        copied("default", "quiet", "last", ("default", "loud", "last"), "views", "vision"),
        "quiet, vision",
    ),
    (
        "quiet",
        copied("default", "loud", "last", ("default", "loud", "start"), "views", "vision"),
        "loud, vision",
    ),
    (
        "quiet",
        copied("default", "quiet", "last", ("default", "quiet", "start"), "views", "text"),
        "quiet, text",
    ),
    (
        "average",
        copied("paper", "quiet", "start", ("paper", "loud", "start"), "views"),
        "paper, untrained, quiet",
    ),
    (
        "average",
        copied("paper", "loud", "start", ("paper", "quiet", "start"), "views"),
        "paper, untrained, loud",
    ),
    *(
        (
            "control",
            copied("likelihood", data, "last", ("likelihood", data, "start"), "whole"),
            f"{data}: log v, noise of text",
        )
        for data in ("loud", "quiet")
    ),
    *(
        (
            "control",
            multiplied("likelihood", data, "last", 0.3, "whole", "error"),
            f"{data}: log v and error",
        )
        for data in ("loud", "quiet")
    ),
    *(
        (
            "control",
            judged(("likelihood", data), m, "noise", sign * 0.2, "last"),
            f"{data}: log v, noise of {m}",
        )
        for data in ("loud", "quiet")
        for m in ("audio", "vision")
        for sign in (-1, 1)
    ),
    *(
        (
            "control",
            judged(("likelihood", data), m, "within", 0.6, "last"),
            f"{data}: log v, {m}, within",
        )
        for data in ("loud", "quiet")
        for m in ("audio", "vision")
    ),
    *(
        ("error", judged(("likelihood", data), "text", "error", 0.05), f"{data}: log v - mean log σ²")
        for data in ("loud", "quiet")
    ),
    *(
        ("error", felt(data), f"{data}: log v - noise felt")  # as closely as log v
        for data in ("loud", "quiet")
    ),
    *(
        ("error", judged(("likelihood", "loud", m), m, "noise", 0.1), f"{m} alone")
        for m in ("text", "audio", "vision")
    ),
    ("text", multiplied("default", "quiet", "last", 0.1, "views", "log", "noise"), "quiet, text"),
    (
        "text",
        copied("default", "loud", "last", ("default", "quiet", "last"), "views"),
        "loud - quiet",  # the worlds are alike
    ),
    (
        "people",
        copied("likelihood", "embedded", "selected", ("likelihood", "embedded", "start"), "whole"),
        "log v, held fixed",
    ),
    *(
        ("people", raters(view, "log", "selected", 0.3), f"log v - log σ² of {view}")
        for view in ("sentence", "lexicon", "style")
    ),
    ("people", raters("lexicon", "log", "selected converged", 0.1), "lexicon: log σ², converged"),
]


@pytest.mark.parametrize(("claims", "change", "message"), FAILS)
def test_each_claim_on_results_fails_where_it_does_not_hold(claims, change, message):
    with pytest.raises(ClaimError, match=message):
        with_results(change, claims)


def test_the_claim_on_shuffled_labels_fails_for_a_meter_that_needs_labels():
    names = {"correlations": lambda config, seed: (0.1 * seed, 0.0)}
    with pytest.raises(ClaimError, match="labels shuffled"):
        page(DEEPER, "break-run", **names)
