"""Eq. 4 and 7-10 against torch.distributions, Monte Carlo, counting and sums by hand."""

import pytest
import torch
from torch.distributions import Independent, Normal
from torch.distributions import kl_divergence as kl_of_distributions

from euar.experts import Gaussian, GaussianExperts, RoutedGaussian
from euar.gating import Routing, TopKGate
from euar.losses import kl_divergence, load_balance_loss, uncertainty_loss

B, N, K, D = 6, 4, 2, 3


@pytest.fixture
def gaussian():
    generator = torch.Generator().manual_seed(0)
    return Gaussian(*torch.randn(2, B, N, D, generator=generator, dtype=torch.float64))


@pytest.fixture
def routing():
    generator = torch.Generator().manual_seed(1)
    return routing_of(torch.randn(B, N, generator=generator, dtype=torch.float64).softmax(-1), K)


def routing_of(probs, k):
    """The Routing of a gate that gives these probabilities, built by sorting."""
    index = probs.argsort(dim=-1, descending=True)[:, :k]
    weights = torch.zeros_like(probs)
    for row in range(len(probs)):
        weights[row, index[row]] = probs[row, index[row]]
    return Routing(probs, index, weights)


def balanced(num_experts, k, rows=1):
    """Every expert is first choice equally often, with flat probabilities elsewhere."""
    probs = torch.full((num_experts * rows, num_experts), 1 / num_experts, dtype=torch.float64)
    first = torch.arange(num_experts).repeat(rows)
    index = (first.unsqueeze(-1) + torch.arange(k)) % num_experts
    weights = torch.zeros_like(probs).scatter(1, index, 1 / num_experts)
    return Routing(probs, index, weights)


def collapsed(num_experts, k, rows=8):
    """Every sample goes to expert 0 with probability 1."""
    probs = torch.zeros(rows, num_experts, dtype=torch.float64)
    probs[:, 0] = 1
    return Routing(probs, torch.arange(k).expand(rows, k), probs)


# Eq. 4


def test_kl_over_all_dimensions_is_that_of_torch_distributions(gaussian):
    normal = Independent(Normal(gaussian.mean, (gaussian.log_var / 2).exp()), 1)
    standard = Independent(Normal(torch.zeros_like(gaussian.mean), torch.ones_like(gaussian.mean)), 1)
    expected = kl_of_distributions(normal, standard).mean()
    torch.testing.assert_close(kl_divergence(gaussian, "sum"), expected)
    torch.testing.assert_close(kl_divergence(gaussian), expected / D)


def test_kl_is_a_mean_of_log_density_ratios():
    n = 400_000
    mean, log_var = torch.tensor([0.8, -0.3]), torch.tensor([0.5, -1.0])
    z = Gaussian(mean.expand(n, 2), log_var.expand(n, 2)).rsample(torch.Generator().manual_seed(2))
    ratio = (Normal(mean, (log_var / 2).exp()).log_prob(z) - Normal(0.0, 1.0).log_prob(z)).sum(-1)
    estimate = kl_divergence(Gaussian(mean.view(1, 1, 2), log_var.view(1, 1, 2)), "sum")
    assert abs(ratio.mean() - estimate) < 4 * ratio.std() / n**0.5


def test_kl_of_a_standard_normal_is_zero():
    assert kl_divergence(Gaussian(torch.zeros(2, 3, 4), torch.zeros(2, 3, 4)), "sum") == 0


# Eq. 7-9


def test_balanced_and_collapsed_values_of_each_form():
    for num_experts, k in ((4, 3), (8, 3), (8, 1), (32, 3)):
        even, one = balanced(num_experts, k), collapsed(num_experts, k)
        assert load_balance_loss(even, "switch").item() == pytest.approx(1)
        assert load_balance_loss(one, "switch").item() == pytest.approx(num_experts)
        mass = k / num_experts  # of the masked weights in a flat row
        assert load_balance_loss(even, "paper").item() == pytest.approx(mass / num_experts**2)
        assert load_balance_loss(one, "paper").item() == pytest.approx(1 / num_experts)
        assert load_balance_loss(even, "released").item() == pytest.approx(k)
        assert load_balance_loss(one, "released").item() == pytest.approx(num_experts)


def count_by_hand(routing, form):
    """The three forms with loops over samples and experts."""
    total = 0.0
    rows, num_experts = routing.probs.shape
    for j in range(num_experts):
        first = sum(int(routing.weights[i].argmax()) == j for i in range(rows)) / rows
        among = sum(j in routing.index[i].tolist() for i in range(rows)) / rows
        mean_prob = sum(float(routing.probs[i, j]) for i in range(rows)) / rows
        mean_weight = sum(float(routing.weights[i, j]) for i in range(rows)) / rows
        total += {
            "switch": num_experts * first * mean_prob,
            "paper": first * mean_weight / num_experts,
            "released": num_experts * among * mean_prob,
        }[form]
    return total


@pytest.mark.parametrize("form", ["switch", "paper", "released"])
def test_load_balance_is_what_counting_gives(routing, form):
    assert load_balance_loss(routing, form).item() == pytest.approx(count_by_hand(routing, form))


@pytest.mark.parametrize("form", ["switch", "paper", "released"])
def test_load_balance_gradient_flows_through_the_gate_alone(routing, form):
    probs = routing.probs.clone().requires_grad_()
    weights = probs * (routing.weights > 0)
    load_balance_loss(Routing(probs, routing.index, weights), form).backward()
    share = torch.zeros(N, dtype=torch.float64)
    for row in routing.index.tolist():
        for j in row if form == "released" else row[:1]:
            share[j] += 1 / B
    per_entry = {"switch": N * share / B, "paper": share / N / B, "released": N * share / B}[form]
    entries = (routing.weights > 0) if form == "paper" else torch.ones(B, N)
    torch.testing.assert_close(probs.grad, per_entry * entries)


# Eq. 10


@pytest.mark.parametrize("reduce", ["mean", "sum"])
@pytest.mark.parametrize("experts", ["mean", "sum"])
def test_uncertainty_loss_by_hand(gaussian, routing, reduce, experts):
    total = 0.0
    for i in range(B):
        for j in range(N):
            variance = sum(float(v) for v in gaussian.log_var[i, j].exp())
            total += (variance / D if reduce == "mean" else variance) * float(routing.weights[i, j])
    expected = total / B / (N if experts == "mean" else 1)
    assert uncertainty_loss(gaussian, routing, reduce, experts).item() == pytest.approx(expected)


def test_uncertainty_loss_of_the_chosen_alone_is_the_same(gaussian, routing):
    rows = torch.arange(B).unsqueeze(-1)
    chosen = Gaussian(gaussian.mean[rows, routing.index], gaussian.log_var[rows, routing.index])
    torch.testing.assert_close(uncertainty_loss(chosen, routing), uncertainty_loss(gaussian, routing))


def test_with_all_experts_chosen_the_order_is_not_guessed():
    torch.manual_seed(0)
    x, experts, gate = torch.randn(6, 3), GaussianExperts(5, 3, 4), TopKGate(3, 5, k=5)
    routing = gate(x)
    every, routed = experts(x), experts(x, routing.index)
    by_hand = (every.variance.mean(dim=-1) * routing.probs).sum(dim=-1).mean() / 5
    assert every.log_var.shape == routed.log_var.shape
    torch.testing.assert_close(uncertainty_loss(every, routing), by_hand)
    torch.testing.assert_close(uncertainty_loss(routed, routing), by_hand)
    misread = uncertainty_loss(Gaussian(*routed), routing)  # says that this is the order of the experts
    assert abs(misread - by_hand) > 0.01 * by_hand


@pytest.mark.parametrize("shape", [(B, 1, D), (B, 3, D), (B, N + 1, D), (1, N, D), (N, D), (B, N)], ids=str)
def test_a_gaussian_of_other_experts_is_never_broadcast(routing, shape):
    with pytest.raises(ValueError, match=r"gaussian: expected shape \(6, 4, D\), or \(6, 2, D\)"):
        uncertainty_loss(Gaussian(torch.zeros(shape), torch.zeros(shape)), routing)


def test_a_routed_gaussian_has_k_experts(routing):
    everyone = RoutedGaussian(torch.zeros(B, N, D), torch.zeros(B, N, D))
    with pytest.raises(ValueError, match="gaussian: expected shape"):
        uncertainty_loss(everyone, routing)


@pytest.mark.parametrize(
    ("detach", "trains"), [(None, (True, True)), ("variance", (False, True)), ("gate", (True, False))]
)
def test_detach_says_who_learns_from_the_uncertainty_loss(gaussian, routing, detach, trains):
    log_var = gaussian.log_var.clone().requires_grad_()
    weights = routing.weights.clone().requires_grad_()
    loss = uncertainty_loss(
        Gaussian(gaussian.mean, log_var), Routing(routing.probs, routing.index, weights), detach=detach
    )
    gradients = torch.autograd.grad(loss, (log_var, weights), allow_unused=True)
    assert tuple(g is not None for g in gradients) == trains


def test_uncertainty_loss_passes_gradcheck(gaussian, routing):
    def loss(log_var, weights):
        return uncertainty_loss(
            Gaussian(gaussian.mean, log_var), Routing(routing.probs, routing.index, weights)
        )

    assert torch.autograd.gradcheck(
        loss, (gaussian.log_var.clone().requires_grad_(), routing.weights.clone().requires_grad_())
    )


# What all share

LOSSES = {
    "kl": lambda gaussian, routing, mask: kl_divergence(gaussian, mask=mask),
    "kl sum": lambda gaussian, routing, mask: kl_divergence(gaussian, "sum", mask),
    "switch": lambda gaussian, routing, mask: load_balance_loss(routing, "switch", mask),
    "paper": lambda gaussian, routing, mask: load_balance_loss(routing, "paper", mask),
    "released": lambda gaussian, routing, mask: load_balance_loss(routing, "released", mask),
    "u": lambda gaussian, routing, mask: uncertainty_loss(gaussian, routing, mask=mask),
}


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_a_mask_leaves_only_its_rows(gaussian, routing, loss):
    mask = torch.tensor([True, False, True, True, False, True])
    kept = loss(Gaussian(*(t[mask] for t in gaussian)), Routing(*(t[mask] for t in routing)), None)
    torch.testing.assert_close(loss(gaussian, routing, mask), kept)
    spoiled = Gaussian(*(t.masked_fill(~mask.view(-1, 1, 1), float("nan")) for t in gaussian))
    torch.testing.assert_close(loss(spoiled, routing, mask), kept)


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_no_rows_give_zero_not_nan(gaussian, routing, loss):
    assert loss(gaussian, routing, torch.zeros(B, dtype=torch.bool)) == 0
    assert loss(Gaussian(*(t[:0] for t in gaussian)), Routing(*(t[:0] for t in routing)), None) == 0


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_each_loss_is_zero_dimensional_and_differentiable(gaussian, routing, loss):
    tracked = Gaussian(*(t.clone().requires_grad_() for t in gaussian))
    probs = routing.probs.clone().requires_grad_()
    value = loss(tracked, Routing(probs, routing.index, probs * (routing.weights > 0)), None)
    assert value.shape == ()
    assert value.requires_grad


def test_bad_arguments_are_named(gaussian, routing):
    with pytest.raises(ValueError, match="reduce: expected one of 'mean', 'sum', found 'max'"):
        kl_divergence(gaussian, "max")
    with pytest.raises(
        ValueError, match="form: expected one of 'switch', 'paper', 'released', found 'gshard'"
    ):
        load_balance_loss(routing, "gshard")
    with pytest.raises(ValueError, match="detach: expected one of 'variance', 'gate', None, found 'both'"):
        uncertainty_loss(gaussian, routing, detach="both")
    with pytest.raises(ValueError, match="experts: expected one of 'mean', 'sum', found 'max'"):
        uncertainty_loss(gaussian, routing, experts="max")
    with pytest.raises(ValueError, match=r"mask: expected bool of shape \(6,\)"):
        kl_divergence(gaussian, mask=torch.ones(2, dtype=torch.bool))
