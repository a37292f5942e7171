"""The variance that the loss asks for: against searches, draws of the package's loss, and other solvers."""

import numpy as np
import pytest
import torch
from scipy.optimize import minimize, minimize_scalar

from euar.chapters.what_sigma_knows import variance_optimum as optimum
from euar.model import EUARConfig
from euar.training.batches import Batch

WIDTHS = {"a": 3, "b": 2}


def build(**changes):
    torch.manual_seed(0)
    options = {"dim": 4, "num_experts": 5, "k": 2, "alpha": 0.3, "lam": 0.4, "beta": 0.0}
    model = EUARConfig(in_features=WIDTHS, **options | changes).build()
    with torch.no_grad():
        model.head.weight.mul_(3)
    return model


@pytest.fixture
def batch():
    generator = torch.Generator().manual_seed(1)
    inputs = {m: torch.randn(40, d, generator=generator) for m, d in WIDTHS.items()}
    return Batch(inputs, {}, torch.zeros(40))


def look(model, batch):
    with torch.no_grad():
        return model.eval()(batch.inputs).moe


@pytest.mark.parametrize("kl_reduce", ["mean", "sum"])
@pytest.mark.parametrize("u_reduce", ["mean", "sum"])
def test_the_weights_of_a_coordinate_are_what_it_adds_to_the_loss(batch, kl_reduce, u_reduce):
    model = build(kl_reduce=kl_reduce, u_reduce=u_reduce)
    a, u = optimum.coordinate_weights(model.config)
    out = look(model, batch)["a"]
    kl = out.gaussian.kl().sum(dim=(1, 2)).mean()
    weighted = (out.routing.weights.unsqueeze(-1) * out.gaussian.variance).sum(dim=(1, 2)).mean()
    assert (a * kl).item() == pytest.approx(0.3 * out.losses["kl"].item(), rel=1e-5)
    assert (u * weighted).item() == pytest.approx(0.4 * out.losses["u"].item(), rel=1e-5)


def test_the_best_variance_is_found_by_a_search_too(batch):
    model = build()
    a, u = 0.3 / 5 / 4, 0.4 / 5 / 4
    w = model.head.weight[0, 4:].detach()  # of modality b
    out = look(model, batch)["b"]
    best = optimum.best_variance(model, out, "b")
    for row, j, d in [(0, 0, 0), (3, 2, 1), (7, 4, 3), *((1, j, 2) for j in range(5))]:
        g = out.routing.weights[row, j].item()

        def loss(log, g=g, d=d):
            s = np.exp(log)
            return a / 2 * (s - log) + u * g * s + w[d].item() ** 2 * g**2 * s

        found = minimize_scalar(loss, (-9, 1), method="brent").x
        assert np.log(best[row, j, d].item()) == pytest.approx(found, abs=1e-3)


def test_an_expert_that_is_not_chosen_is_asked_for_the_prior(batch):
    out = look(build(), batch)["a"]
    best = optimum.best_variance(build(), out, "a")
    idle = out.routing.weights == 0
    assert (best[idle] == 1).all()
    assert (best[~idle] < 1).all()


@pytest.mark.parametrize("label", [0.0, 3.0])
def test_at_the_best_variance_the_packages_loss_is_flat_whatever_the_label(label):
    model, n = build().train(), 60_000
    rows = {m: torch.full((1, d), 0.5).expand(n, d) for m, d in WIDTHS.items()}
    out = look(model, Batch({m: x[:1] for m, x in rows.items()}, {}, torch.zeros(1)))["a"]
    experts = model.moes["a"].experts
    with torch.no_grad():
        experts.log_var_weight.zero_()
        experts.log_var_bias.copy_(optimum.best_variance(model, out, "a")[0].log())
    loss = model.train().loss(
        model(rows, generator=torch.Generator().manual_seed(0)), torch.full((n,), label)
    )
    loss.total.backward()
    slope = experts.bias.grad[:, 0, 4:]  # (N, D)
    assert slope.abs().max() < 0.003  # a / 2 is 0.0075, four standard errors of the draws below 0.003


def test_the_excess_is_the_loss_above_its_least_in_units_of_half_a():
    s, best = torch.tensor([0.1, 0.5, 2.0]).double(), torch.tensor([0.3, 0.5, 0.1]).double()
    a = 0.02
    slope = a / best / 2  # what multiplies s: a/2 + l g + w^2 g^2

    def loss(s):
        return slope * s - a / 2 * s.log()

    torch.testing.assert_close(optimum.excess(s, best), (loss(s) - loss(best)) / (a / 2))
    assert optimum.excess(s, best)[1] == 0


def test_the_fitted_map_is_that_of_another_solver():
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(60, 3, generator=generator)
    log_best = 2 * torch.randn(60, 4, generator=generator).double()
    found = optimum.fit_log_variance(x, log_best)  # (4, 4)
    design = np.column_stack([x.numpy(), np.ones(60)])
    for p in range(4):
        other = minimize(
            lambda beta, p=p: np.sum(np.exp(design @ beta - log_best[:, p].numpy()) - design @ beta),
            np.zeros(4),
            method="BFGS",
            options={"gtol": 1e-8},
        )
        np.testing.assert_allclose(found[:, p], other.x, atol=1e-4)


def test_a_map_of_fewer_directions_than_inputs_is_fitted_as_well():
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(50, 2, generator=generator)
    log_best = torch.randn(50, 3, generator=generator).double()
    wide = torch.cat([x, x @ torch.tensor([[1.0, 2.0], [3.0, -1.0]])], dim=1)
    slim, full = (optimum.fit_log_variance(v, log_best) for v in (x, wide))
    ends = [v.double() @ w[:-1] + w[-1] for v, w in ((x, slim), (wide, full))]
    torch.testing.assert_close(*ends, atol=1e-4, rtol=0)


def test_converged_maps_reach_what_a_map_can_reach(batch):
    model = build()
    with torch.no_grad():
        for moe in model.moes.values():
            moe.gate.linear.weight.zero_()  # the gate ignores x, so s* is the same for all rows
    end = optimum.converged(model, batch)
    for m, out in look(end, batch).items():
        best = optimum.best_variance(end, out, m)
        assert optimum.excess(out.gaussian.variance, best).max() < 1e-4


def test_only_the_variance_maps_change_and_the_excess_falls(batch):
    model = build()
    before = look(model, batch)
    after = look(optimum.converged(model, batch), batch)
    for m in WIDTHS:
        torch.testing.assert_close(after[m].hidden, before[m].hidden)
        torch.testing.assert_close(after[m].gaussian.mean, before[m].gaussian.mean)
        best = optimum.best_variance(model, before[m], m)
        far = [optimum.excess(out[m].gaussian.variance, best).mean() for out in (before, after)]
        assert far[1] < far[0] / 2
    again = look(model, batch)
    torch.testing.assert_close(again["a"].gaussian.variance, before["a"].gaussian.variance)
