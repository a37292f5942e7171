"""Exercises: right answers pass, stub and mistakes fail with messages of their own. Claims: they can fail."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from scipy.optimize import minimize
from torch.distributions import Normal
from torch.distributions import kl_divergence as kl_of_distributions

from euar.chapters import ClaimError
from euar.chapters.kl_regularisation import exercises as check
from euar.experts import Gaussian
from euar.losses import kl_divergence
from tests.chapters import controls

MAIN, DEEPER = "kl_regularisation", "kl_regularisation_deeper"


def stub(*arguments):
    raise NotImplementedError


def optimum(signal, weight):
    q = signal**2 / weight
    return 1 + q - math.sqrt(q**2 + 2 * q)


def to_prior(mean, log_var, prior):
    return ((log_var.exp() + mean**2) / prior - 1 - log_var + math.log(prior)) / 2


def swapped(mean, log_var, prior):
    return ((prior + mean**2) / log_var.exp() - 1 + log_var - math.log(prior)) / 2


def sum_over_mean():
    gaussian = Gaussian(*torch.randn(2, 4, 8, 64, generator=torch.Generator().manual_seed(0)))
    return kl_divergence(gaussian, "sum") / kl_divergence(gaussian, "mean")


def steps_to_halve(alpha):
    """Steps of gradient descent on alpha mu^2 / 2, rate 1, from mu = 1 to a half."""
    mean, steps = 1.0, 0
    while mean > 0.5:
        mean, steps = mean - alpha * mean, steps + 1
    return steps


def searched(signal, weight):
    """The sigma^2 of the lowest loss, by a search over mean and variance together."""

    def loss(logs):
        square, variance = np.exp(logs)  # mu^2, sigma^2
        return signal**2 * variance / square + weight / 2 * (square + variance - np.log(variance) - 1)

    found = minimize(loss, np.zeros(2), method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-15})
    return np.exp(found.x[1])


def of_torch(mean, log_var, prior):
    return kl_of_distributions(Normal(mean, (log_var / 2).exp()), Normal(0.0, prior**0.5))


RIGHT = {
    check.alpha_for_sum: [1e-3 / 64, 1.5625e-5, torch.tensor(1.56e-5), 1e-3 / sum_over_mean()],
    check.slower_by: [100, 100.0, steps_to_halve(1e-4) / steps_to_halve(1e-2)],
    check.lowest_variance: [optimum, lambda p, a: 1 / (1 / optimum(p, a)), searched],
    check.other_prior: [
        to_prior,
        of_torch,
        lambda m, v, t: Gaussian(m / t**0.5, v - math.log(t)).kl(),
        lambda m, v, t: to_prior(m, v, t).tolist(),
    ],
}
WRONG = {
    check.alpha_for_sum: [..., 0.064, 1e-3, 1e-3 / 8, 1e-3 / 512, 7],
    check.slower_by: [..., 1, 10, 0.01, math.log(100), 3],
    check.lowest_variance: [
        stub,
        lambda p, a: 1 / (1 + 2 * p**2 / a),
        lambda p, a: 1 / optimum(p, a),
        lambda p, a: 1 - optimum(p, a),
        lambda p, a: math.sqrt(optimum(p, a)),
        lambda p, a: optimum(p / math.sqrt(2), a),
        lambda p, a: 0.5,
        lambda p, a: 1 / 0,
    ],
    check.other_prior: [
        stub,
        lambda m, v, t: Gaussian(m, v).kl(),
        lambda m, v, t: (v.exp() / t + m**2 - 1 - v + math.log(t)) / 2,
        lambda m, v, t: ((v.exp() + m**2) / t - 1 - v) / 2,
        swapped,
        lambda m, v, t: 2 * to_prior(m, v, t),
        lambda m, v, t: -to_prior(m, v, t),
        lambda m, v, t: to_prior(m, v, t).sum(),
        lambda m, v, t: torch.zeros_like(m),
    ],
}


NONE, DEFAULT, STRONG = (0.0, "mean", 0.0), (1e-3, "mean", 0.0), (1.0, "mean", 0.0)
STRONGEST = (1.0, "sum", 0.0)


def with_results(change, *cells, page=MAIN):
    """Run cells of a page that claim something about the results, after a change to them."""

    def change_pairs(pairs):
        change({(sweep.alpha, sweep.reduce, sweep.lam): result for sweep, result in pairs})

    return controls.run(page, "sweep-load", *cells, change=change_pairs)


def scale(key, moment, name, factor):
    def change(known):
        for run in known[key]["runs"]:
            for view in run["states"][moment].values():
                view[name] *= factor

    return change


def replace(key, other):
    def change(known):
        known[key]["runs"] = known[other]["runs"]

    return change


def unchanged(known):
    pass


def higher(key, moment, by):
    def change(known):
        for run in known[key]["runs"]:
            run[moment]["test"]["mae"] += by

    return change


CLAIMS = ("claims-sweep", "claims-felt", "errors")


def test_the_claims_on_results_hold():
    with_results(unchanged, *CLAIMS)
    with_results(unchanged, "claims-u", page=DEEPER)


@pytest.mark.parametrize("key", [NONE, STRONG, (0.1, "sum", 0.0)])
def test_the_claim_on_what_is_felt_at_any_weight_fails_where_sigma_stays(key):
    with pytest.raises(ClaimError, match="felt σ²"):
        with_results(scale(key, "last", "felt_variance", 2.5), "claims-sweep", "claims-felt")


@pytest.mark.parametrize(
    ("change", "claim"),
    [
        (scale(NONE, "selected", "variance", 0.5), "selected epoch / start"),  # collapse at once
        (scale(NONE, "last", "variance", 1.4), "last epoch / start"),  # sigma does not fall
        (scale(NONE, "last", "variance", 0.2), "no KL: σ² chosen, last epoch: "),  # collapse at the end
        (scale(NONE, "last", "noise", 10), "cost of noise"),  # nothing is escaped
        (replace(DEFAULT, NONE), "default KL - none"),  # the default weight changes nothing
        (scale(STRONG, "last", "variance", 0.8), "alpha = 1, mean"),  # a strong term does not hold sigma
        (scale(STRONG, "last", "mean", 30), r"\|μ\| at the last epoch"),  # nor press the means
    ],
)
def test_each_claim_on_the_sweep_fails_where_it_does_not_hold(change, claim):
    with pytest.raises(ClaimError, match=claim):
        with_results(change, "claims-sweep")


@pytest.mark.parametrize(
    ("change", "claim"),
    [
        (scale(NONE, "last", "weights", 7), "no KL: head's factor"),  # the weights stay
        (scale(NONE, "last", "felt_variance", 5), "no KL: felt"),  # sigma stays
        (scale(STRONG, "last", "weights", 0.3), "strong KL: head's factor"),  # the second way is open
        (scale(STRONG, "last", "felt_variance", 5), "strong KL - none"),  # the term keeps sigma up
        (scale(STRONG, "last", "head", 5), "coordinates read"),  # as many coordinates as without it
        (
            scale((1e-2, "sum", 0.0), "last", "felt_variance", 2.5),
            "largest felt",
        ),  # one weight keeps sigma up
        (scale(NONE, "selected", "felt_variance", 0.5), "no KL: felt σ² of all views"),  # collapse at once
        (higher(STRONGEST, "last", 0.05), "alpha = 1, sum - none: test MAE"),  # errors rise as without it
    ],
)
def test_each_claim_on_what_is_felt_fails_where_it_does_not_hold(change, claim):
    with pytest.raises(ClaimError, match=claim):
        with_results(change, *CLAIMS)


@pytest.mark.parametrize(
    ("change", "claim"),
    [
        (scale((0.0, "sum", 1e-3), "last", "variance", 5), "U without KL"),
        (replace((1e-3, "sum", 1e-3), (0.0, "sum", 1e-3)), "U with KL"),
    ],
)
def test_each_claim_on_the_u_loss_fails_where_it_does_not_hold(change, claim):
    with pytest.raises(ClaimError, match=claim):
        with_results(change, "claims-u", page=DEEPER)


WEIGHTS = torch.tensor([0.5, *[1e-5] * 63])
SPLIT = (WEIGHTS, torch.tensor([0.05, *[1.0] * 63]))  # one coordinate in use, the others at the prior
SPREAD = (torch.full((64,), 1e-3), torch.full((64,), 0.1))


def coordinates(without, with_term):
    noisy = [[(w, s * factor) for factor in (0.99, 1, 1.01)] for w, s in (without, with_term)]
    seen = dict(zip((0.0, 0.1), noisy, strict=True))
    controls.run(DEEPER, "average-coordinates", "claims-coordinates", seen=seen)


def test_the_claims_on_coordinates_hold_for_a_split_alone():
    coordinates(SPREAD, SPLIT)
    for wrong, claim in (
        (SPREAD, "average of σ²"),  # the term does not hold the average
        ((WEIGHTS, torch.ones(64)), "felt"),  # it holds the coordinate in use, too
    ):
        with pytest.raises(ClaimError, match=claim):
            coordinates(SPREAD, wrong)
    with pytest.raises(ClaimError, match="coordinates read"):
        coordinates(SPLIT, SPLIT)  # as few without it


@pytest.fixture(scope="module")
def dead():
    """What the chapter knows after it has trained with a dead expert, two seeds a setting."""
    return controls.run(DEEPER, "loop-data", "loop-train", "dead-run", run=SimpleNamespace(seeds=(0, 1)))


def offer(known, **replaced):
    """The claims on the dead expert, with `dead` or `watched` of a setting replaced by another's."""
    space, source = dict(known), controls.sources(DEEPER)
    for part, (setting, other) in replaced.items():
        space[part] = known[part] | {setting: known[part][other]}
    for cell in ("dead-offer-code", "dead-offer"):
        exec(source[cell], space)


BORN, BURIED = "alpha = 0", "alpha = 0.00001"


def test_the_claims_on_the_dead_expert_hold(dead):
    offer(dead)


@pytest.mark.parametrize(
    ("replaced", "claim"),
    [
        ({"dead": (BURIED, BORN)}, "signal"),  # nothing reaches it, it keeps its means
        ({"watched": (BURIED, BORN)}, "dead expert: "),
        ({"watched": (BURIED, "0.001, chosen only")}, "dead expert: "),
        ({"watched": (BORN, BURIED)}, "no KL"),  # it dies without a KL term
    ],
)
def test_each_claim_on_the_dead_expert_fails_where_it_does_not_hold(dead, replaced, claim):
    with pytest.raises(ClaimError, match=claim):
        offer(dead, **replaced)


def test_adam_buries_a_dead_expert_at_one_speed_for_all_weights(dead):
    tiny, usual = (dead["watched"][name]["its mean |μ|"] for name in (BURIED, "alpha = 0.001"))
    assert (tiny - usual).abs().max() < 0.03
    assert usual[:, -1].max() < 0.02
