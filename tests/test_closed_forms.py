"""The variance that the objective asks for, in closed form, found again by optimising through our own losses.

Let the head be linear with weight w, the gate's weight g, and a and l the effective weights of KL and U-loss
on each coordinate. As a function of s = sigma^2, Eq. 12 is then (a/2)(s - ln s) + l g s + w^2 g^2 s, least at

    s* = a / (a + 2 l g + 2 w^2 g^2).
"""

import itertools

import pytest
import torch
from torch.nn.functional import mse_loss

from euar.experts import Gaussian
from euar.gating import Routing
from euar.losses import kl_divergence, uncertainty_loss

GRID = list(itertools.product([0.05, 0.3, 0.9], [0.0, 0.2, 1.0], [2, 8], [1, 16]))


def routing_to_first(g, num_experts):
    """One sample that sends weight g to expert 0 and nothing to the others."""
    weights = torch.zeros(1, num_experts, dtype=torch.float64)
    weights[0, 0] = g
    return Routing(weights, torch.zeros(1, 1, dtype=torch.int64), weights)


def expected_task_loss(log_var, w, g):
    """E (y - w.h)^2 over the noise of Eq. 3, as the mean squared error of a batch.

    The rows take eps = +-sqrt(D) e_d, which has mean 0 and covariance I: exact for a quadratic.
    """
    dims = log_var.shape[-1]
    eye = dims**0.5 * torch.eye(dims, dtype=log_var.dtype)
    z = 0.3 + torch.cat([eye, -eye]) * (log_var / 2).exp()  # Eq. 3 with a mean that the optimum must not see
    prediction = (w * g * z).sum(dim=-1)
    return mse_loss(prediction, torch.full_like(prediction, -1.2))


def best_variance(objective, num_experts, dims):
    """Minimise over a free log-variance with L-BFGS; return the variance, (N, D)."""
    log_var = torch.zeros(1, num_experts, dims, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS(
        [log_var],
        lr=1,
        max_iter=500,
        tolerance_grad=1e-14,
        tolerance_change=1e-16,
        line_search_fn="strong_wolfe",
    )

    def closure():
        optimiser.zero_grad()
        loss = objective(Gaussian(torch.zeros_like(log_var), log_var))
        loss.backward()
        return loss

    optimiser.step(closure)
    return log_var.detach().exp()[0]


@pytest.mark.parametrize(("g", "w", "num_experts", "dims"), GRID)
@pytest.mark.parametrize("reduce", ["mean", "sum"])
def test_optimum_of_the_whole_objective(g, w, num_experts, dims, reduce):
    alpha, lam = 0.7, 0.4
    routing = routing_to_first(g, num_experts)

    def objective(gaussian):
        task = expected_task_loss(gaussian.log_var[0, 0], w, g)
        scale = dims * num_experts  # brings all terms to order one; it moves no optimum
        kl, u = kl_divergence(gaussian, reduce), uncertainty_loss(gaussian, routing, reduce)
        return scale * (task + alpha * kl + lam * u)

    share = dims if reduce == "mean" else 1
    a, l = alpha / (num_experts * share), lam / (num_experts * share)  # noqa: E741  the letters of the derivation
    best = best_variance(objective, num_experts, dims)
    expected = torch.ones(num_experts, dims, dtype=torch.float64)
    expected[0] = a / (a + 2 * l * g + 2 * w**2 * g**2)
    torch.testing.assert_close(best, expected, rtol=0, atol=1e-4)


@pytest.mark.parametrize(("g", "num_experts"), list(itertools.product([0.25, 0.5, 1.0, 2.5], [2, 4, 8])))
@pytest.mark.parametrize("weight", [1e-5, 1.0])
def test_optimum_of_the_released_code(g, num_experts, weight):
    routing = routing_to_first(g, num_experts)

    def objective(gaussian):
        kl, u = kl_divergence(gaussian, "sum"), uncertainty_loss(gaussian, routing, "sum", "sum")
        return (weight * kl + weight * u) * num_experts / weight

    best = best_variance(objective, num_experts, 3)
    expected = torch.full_like(best[0], 1 / (1 + 2 * num_experts * g))
    torch.testing.assert_close(best[0], expected, rtol=0, atol=1e-4)


def test_expected_error_of_a_linear_head_is_error_of_the_mean_plus_weighted_variance():
    """E (y - w.h)^2 = (y - w.E h)^2 + sum_jd w_d^2 g_j^2 sigma_jd^2, by sampling."""
    n, generator = 400_000, torch.Generator().manual_seed(0)
    mean, log_var = torch.randn(2, 1, 3, 4, generator=generator, dtype=torch.float64)
    w = torch.randn(4, generator=generator, dtype=torch.float64)
    g = torch.tensor([0.5, 0.3, 0.1], dtype=torch.float64)
    z = Gaussian(mean.expand(n, 3, 4), log_var.expand(n, 3, 4)).rsample(generator)
    errors = (1.5 - torch.einsum("j,bjd,d->b", g, z, w)).square()
    of_mean = (1.5 - torch.einsum("j,jd,d->", g, mean[0], w)).square()
    variance = torch.einsum("j,jd,d->", g.square(), log_var[0].exp(), w.square())
    assert abs(errors.mean() - (of_mean + variance)) < 4 * errors.std() / n**0.5
