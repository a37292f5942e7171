"""Eq. 1-3 against torch.distributions, nn.Linear and a loop over experts."""

import pytest
import torch
from torch.distributions import Normal

from euar.experts import Gaussian, GaussianExperts, RoutedGaussian


@pytest.fixture
def gaussian():
    generator = torch.Generator().manual_seed(0)
    return Gaussian(*torch.randn(2, 5, 4, 3, generator=generator, dtype=torch.float64))


@pytest.fixture
def experts():
    torch.manual_seed(0)
    return GaussianExperts(num_experts=5, in_features=6, out_features=4).double()


def loop_over_experts(experts, x):
    """The experts as N pairs of nn.functional.linear."""
    maps = zip(
        experts.mean_weight, experts.mean_bias, experts.log_var_weight, experts.log_var_bias, strict=True
    )
    pairs = [
        (torch.nn.functional.linear(x, w, b), torch.nn.functional.linear(x, v, c)) for w, b, v, c in maps
    ]
    mean, log_var = (torch.stack(part, dim=1) for part in zip(*pairs, strict=True))
    return mean, log_var.clamp(*experts.log_var_range)


def test_variance_is_that_of_the_normal_distribution(gaussian):
    normal = Normal(gaussian.mean, (gaussian.log_var / 2).exp())
    torch.testing.assert_close(gaussian.variance, normal.variance)


def test_rsample_has_the_mean_and_the_variance_it_claims():
    n = 200_000
    mean = torch.tensor([-1.0, 0.5], dtype=torch.float64).expand(n, 2)
    log_var = torch.tensor([0.7, -2.0], dtype=torch.float64).expand(n, 2)
    z = Gaussian(mean, log_var).rsample(torch.Generator().manual_seed(1))
    variance = log_var[0].exp()
    assert torch.all((z.mean(0) - mean[0]).abs() < 4 * (variance / n).sqrt())
    assert torch.all((z.var(0) - variance).abs() < 4 * variance * (2 / n) ** 0.5)


def test_rsample_noise_is_independent_across_samples_experts_and_coordinates():
    shape = (4000, 3, 2)
    z = Gaussian(torch.zeros(shape), torch.zeros(shape)).rsample(torch.Generator().manual_seed(2))
    correlation = torch.corrcoef(z.reshape(4000, 6).T) - torch.eye(6)
    assert correlation.abs().max() < 4 / 4000**0.5


def test_rsample_gradients_are_one_and_half_the_scaled_noise(gaussian):
    mean, log_var = (t.clone().requires_grad_() for t in gaussian)
    z = Gaussian(mean, log_var).rsample(torch.Generator().manual_seed(3))
    z.sum().backward()
    torch.testing.assert_close(mean.grad, torch.ones_like(mean))
    torch.testing.assert_close(log_var.grad, (z - mean).detach() / 2)  # d/dl of eps exp(l / 2)


def test_rsample_follows_its_generator_and_nothing_else(gaussian):
    first = gaussian.rsample(torch.Generator().manual_seed(4))
    torch.manual_seed(99)
    again = gaussian.rsample(torch.Generator().manual_seed(4))
    assert torch.equal(first, again)
    assert not torch.equal(first, gaussian.rsample(torch.Generator().manual_seed(5)))


def test_kl_of_each_coordinate_is_that_of_torch_distributions(gaussian):
    normal = Normal(gaussian.mean, (gaussian.log_var / 2).exp())
    standard = Normal(torch.zeros_like(gaussian.mean), torch.ones_like(gaussian.mean))
    torch.testing.assert_close(gaussian.kl(), torch.distributions.kl_divergence(normal, standard))


def test_dense_experts_are_n_pairs_of_linear_layers(experts):
    x = torch.randn(7, 6, dtype=torch.float64)
    mean, log_var = loop_over_experts(experts, x)
    out = experts(x)
    assert out.mean.shape == out.log_var.shape == (7, 5, 4)
    torch.testing.assert_close(out.mean, mean)
    torch.testing.assert_close(out.log_var, log_var)


def test_routed_experts_equal_dense_experts_values_and_gradients(experts):
    x = torch.randn(9, 6, dtype=torch.float64)
    index = torch.stack([torch.randperm(5)[:3] for _ in range(9)])
    rows = torch.arange(9).unsqueeze(-1)
    dense, routed = experts(x), experts(x, index)
    torch.testing.assert_close(routed.mean, dense.mean[rows, index])
    torch.testing.assert_close(routed.log_var, dense.log_var[rows, index])

    def gradients(mean, log_var):
        return torch.autograd.grad((mean * log_var).sum(), list(experts.parameters()))

    for a, b in zip(
        gradients(dense.mean[rows, index], dense.log_var[rows, index]), gradients(*routed), strict=True
    ):
        torch.testing.assert_close(a, b)


def test_routed_experts_pass_gradcheck(experts):
    x = torch.randn(3, 6, dtype=torch.float64, requires_grad=True)
    index = torch.tensor([[0, 2], [4, 1], [2, 3]])
    assert torch.autograd.gradcheck(
        lambda x, w, b: tuple(experts_with(experts, w, b)(x, index)), (x, *leaves(experts))
    )


def test_what_routed_experts_say_is_a_gaussian_of_its_own_type(experts):
    x = torch.randn(3, 6, dtype=torch.float64)
    every, routed = experts(x), experts(x, torch.zeros(3, 1, dtype=torch.int64))
    assert type(every) is Gaussian
    assert type(routed) is RoutedGaussian
    assert type(routed._replace(mean=x)) is RoutedGaussian
    mean, log_var = routed
    torch.testing.assert_close(mean, every.mean[:, :1])
    torch.testing.assert_close(log_var, every.log_var[:, :1])


def leaves(experts):
    return [p.detach().clone().requires_grad_() for p in experts.parameters()]


def experts_with(experts, weight, bias):
    return lambda x, index: torch.func.functional_call(experts, {"weight": weight, "bias": bias}, (x, index))


@pytest.mark.parametrize(
    ("log_var_range", "low", "high"), [((-8.0, 5.0), -8.0, 5.0), ((-1.0, 1.0), -1.0, 1.0)]
)
def test_log_variance_is_clamped_and_the_mean_is_not(log_var_range, low, high):
    out = GaussianExperts(2, 3, 4, log_var_range)(1000 * torch.randn(50, 3))
    assert out.log_var.min() == low
    assert out.log_var.max() == high
    assert out.mean.abs().max() > 100


def test_without_a_range_the_log_variance_is_free():
    assert GaussianExperts(2, 3, 4, None)(1000 * torch.randn(50, 3)).log_var.abs().max() > 100


def test_views_are_writable_and_reach_the_forward_pass(experts):
    with torch.no_grad():
        experts.mean_weight.zero_()
        experts.mean_bias.copy_(torch.arange(20.0).view(5, 4))
        experts.log_var_weight.copy_(torch.zeros(5, 4, 6))
        experts.log_var_bias.fill_(0.25)
    out = experts(torch.randn(2, 6, dtype=torch.float64))
    torch.testing.assert_close(
        out.mean, torch.arange(20.0, dtype=torch.float64).view(1, 5, 4).expand(2, -1, -1)
    )
    torch.testing.assert_close(out.log_var, torch.full((2, 5, 4), 0.25, dtype=torch.float64))


def test_initial_weights_are_those_of_linear_layers():
    bound = 64**-0.5
    experts = GaussianExperts(8, 64, 64)
    for values in (experts.mean_weight, experts.log_var_weight, experts.mean_bias, experts.log_var_bias):
        assert values.abs().max() <= bound
        assert values.std().item() == pytest.approx(bound / 3**0.5, rel=0.05)  # uniform on [-bound, bound]


def test_parameter_count():
    experts = GaussianExperts(num_experts=8, in_features=64, out_features=32)
    assert sum(p.numel() for p in experts.parameters()) == 8 * 2 * (64 * 32 + 32)


@pytest.mark.parametrize("shape", [(6,), (2, 5), (2, 3, 5)])
def test_a_wrong_shape_is_named(experts, shape):
    with pytest.raises(ValueError, match=r"x: expected shape \(B, 6\) or \(B, ..., 6\), found"):
        experts(torch.zeros(shape, dtype=torch.float64))
