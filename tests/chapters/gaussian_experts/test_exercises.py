"""Exercises: right answers pass, stub and mistakes fail with messages of their own. Claims: they can fail."""

import itertools
import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from euar.chapters import ClaimError
from euar.chapters.gaussian_experts import exercises as check
from euar.experts import Gaussian, GaussianExperts
from tests.chapters.controls import run


def stub(*arguments):
    raise NotImplementedError


def routed(experts, x, index):
    mean = torch.einsum("bkdi,bi->bkd", experts.mean_weight[index], x) + experts.mean_bias[index]
    log_var = torch.einsum("bkdi,bi->bkd", experts.log_var_weight[index], x) + experts.log_var_bias[index]
    return mean, log_var


def clamped(experts, x, index):
    mean, log_var = routed(experts, x, index)
    return mean, log_var.clamp(*experts.log_var_range)


NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(12)  # exact for polynomials of eps up to degree 23


def expectation(function, mean, log_var):
    """E of a function of z by Gauss-Hermite quadrature."""
    z = np.expand_dims(mean, -1) + np.expand_dims(np.exp(np.asarray(log_var) / 2), -1) * NODES
    return function(z) @ WEIGHTS / WEIGHTS.sum()


def noise_cost(log_var, y=0.7, w=-0.4, mean=1.2):
    return expectation(lambda z: (y - w * z) ** 2, mean, log_var) - (y - w * mean) ** 2


def by_differences(mean, log_var, step=1e-4):
    below, above = (expectation(np.square, mean, log_var + shift) for shift in (-step, step))
    return (above - below) / (2 * step)


def enumerated(weight, variance, draws):
    """The cost over all patterns of noise +-1: mean 0 and variance 1, all that counts."""
    signs = torch.tensor(list(itertools.product([-1.0, 1.0], repeat=draws * len(weight)))).double()
    noise = signs.view(-1, draws, len(weight)) * variance.sqrt()  # (patterns, S, D)
    return (noise @ weight).mean(dim=-1).square().mean()


def looped(experts, x, index):
    """One sample and one expert at a time."""
    mean, log_var = (torch.empty(*index.shape, experts.out_features).double() for _ in range(2))
    for b, c in itertools.product(*map(range, index.shape)):
        j = index[b, c]
        mean[b, c] = experts.mean_weight[j] @ x[b] + experts.mean_bias[j]
        log_var[b, c] = experts.log_var_weight[j] @ x[b] + experts.log_var_bias[j]
    return mean, log_var.clamp(*experts.log_var_range)


RIGHT = {
    check.noise_cost_factor: [math.e, 2.72, torch.tensor(1.0).exp(), noise_cost(1.3) / noise_cost(0.3)],
    check.gradient_of_mean_square: [
        lambda m, v: v.exp(),
        lambda m, v: Gaussian(m, v).variance.float(),
        by_differences,
    ],
    check.cost_of_averaged_draws: [
        lambda w, s, n: (w**2 * s).sum() / n,
        lambda w, s, n: sum(a * a * b for a, b in zip(w.tolist(), s.tolist(), strict=True)) / n,
        enumerated,
    ],
    check.routed_experts: [clamped, lambda e, x, index: e(x, index), looped],
}
WRONG = {
    check.noise_cost_factor: [..., "e", math.sqrt(math.e), math.e**2, 1, 2, 7],
    check.gradient_of_mean_square: [
        stub,
        3.0,
        lambda m: m,
        lambda m, v: 2 * m,
        lambda m, v: 2 * v.exp(),
        lambda m, v: 2 * (v / 2).exp(),
        lambda m, v: torch.ones_like(m),
        lambda m, v: (v / 2).exp(),
        lambda m, v: v.exp() / 2,
        lambda m, v: m**2 + v.exp(),
        lambda m, v: v.exp().sum(),
        lambda m, v: v,
    ],
    check.cost_of_averaged_draws: [
        stub,
        lambda w, s, n: (w**2 * s).sum(),
        lambda w, s, n: (w**2 * s).sum() / n**2,
        lambda w, s, n: (w**2 * s).sum() / n**0.5,
        lambda w, s, n: (w**2 * s).sum() * n,
        lambda w, s, n: (w * s).sum() / n,
        lambda w, s, n: w**2 * s / n,
        lambda w, s, n: 0.0,
    ],
    check.routed_experts: [
        stub,
        lambda e, x, index: clamped(e, x, index)[0],
        lambda e, x, index: e(x),
        lambda e, x, index: clamped(e, x, torch.arange(2).expand(6, -1)),
        lambda e, x, index: clamped(e, x, index.sort(dim=-1).values),
        lambda e, x, index: clamped(e, x, index)[::-1],
        routed,
        lambda e, x, index: tuple(part[:, 0] for part in clamped(e, x, index)),
        lambda e, x, index: clamped(e, x + 1, index),
    ],
}


DEEPER = "gaussian_experts_deeper"


def gradients():
    return [
        run(DEEPER, "two-gradients-code")["two_gradients"](torch.square, 1.0, 0.5, seed) for seed in range(5)
    ]


def test_both_gradients_are_right_on_average():
    for estimates in gradients()[0]:
        assert abs(estimates.mean() - 2) < 4 * estimates.std() / len(estimates) ** 0.5


def test_the_claim_on_gradient_variance_fails_when_the_two_are_swapped():
    path, score = (torch.stack(rows).var(dim=1)[:, None] for rows in zip(*gradients(), strict=True))
    run(DEEPER, "claim-variance", measured={"reparameterised": path, "score function": score})
    with pytest.raises(ClaimError):
        run(DEEPER, "claim-variance", measured={"reparameterised": score, "score function": path})


QUANTITIES = ("sigma", "head weights", "means")
ENDS = {  # of the starts
    "task alone": (0.90, 0.3, 1.5),
    "+ 0.001 KL": (0.89, 0.3, 1.5),
    "+ 0.1 KL": (0.98, 0.6, 1.5),
}


@pytest.mark.parametrize(
    "broken",
    [
        {"task alone": (1.00, 0.3, 1.5)},  # sigma does not fall
        {"task alone": (0.90, 1.0, 0.5)},  # the weights do not fall
        {"task alone": (0.90, 0.3, 3.3)},  # the means grow by what the weights lose
        {"+ 0.001 KL": (0.91, 0.3, 1.5)},  # the paper's KL leaves sigma larger
        {"+ 0.001 KL": (0.80, 0.3, 1.5)},  # the paper's KL changes much
        {"+ 0.1 KL": (0.90, 0.6, 1.5)},  # the strong KL does nothing
    ],
)
def test_each_claim_on_training_fails_where_it_does_not_hold(broken):
    def claims(ends):
        noise = torch.tensor([-1e-3, 0, 1e-3])
        curves = {
            name: {
                q: torch.stack([torch.ones(3), end + noise], dim=1)
                for q, end in zip(QUANTITIES, pair, strict=True)
            }
            for name, pair in ends.items()
        }
        run("gaussian_experts", "claims-training", curves=curves, settings=ENDS)

    claims(ENDS)
    with pytest.raises(ClaimError):
        claims(ENDS | broken)


class Unreachable(GaussianExperts):
    """Experts whose spread no loss can reach."""

    def forward(self, x, index=None):
        made = super().forward(x, index)
        return Gaussian(made.mean, made.log_var.detach())


def test_sigma_falls_in_training_because_a_gradient_reaches_it():
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(256, 64, generator=generator)
    tweets = SimpleNamespace(split=np.full(256, "train"))
    names = run("gaussian_experts", "look", "train", x=x, target=x[:, 0].numpy(), tweets=tweets)
    falls = names["train"](0, 0.0, steps=60)[:, 0]
    names["GaussianExperts"] = Unreachable
    stays = names["train"](0, 0.0, steps=60)[:, 0]
    assert falls[-1] < falls[0] - 0.005
    assert stays[-1] == stays[0]
