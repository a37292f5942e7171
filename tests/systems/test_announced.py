"""Answers with noise of their own: the likelihood by torch and scipy, mixtures by drawing from them."""

import pytest
import torch
from scipy import stats
from torch.nn.functional import gaussian_nll_loss

from euar.propagation import Moments
from euar.systems.announced import likelihood, mixed, positive, said


def test_a_variance_is_positive_whatever_the_number():
    assert (positive(torch.tensor([-1e4, -10.0, 0.0, 1e4])) > 0).all()


def test_the_likelihood_of_ratings_is_that_of_torch():
    prediction, target, variance = torch.randn(5), torch.randn(5), torch.rand(5) + 0.1
    expected = gaussian_nll_loss(prediction, target, variance, reduction="none")
    torch.testing.assert_close(likelihood(prediction, variance, target), expected)
    torch.testing.assert_close(likelihood(prediction, variance, target, beta=0.5), expected * variance.sqrt())
    two = likelihood(*(t.unsqueeze(1).expand(5, 2) for t in (prediction, variance, target)))
    torch.testing.assert_close(two, expected)


def test_a_rating_weighs_by_its_variance_without_a_gradient_of_the_weight():
    prediction, target = torch.randn(5), torch.randn(5)
    variance = (torch.rand(5) + 0.1).requires_grad_()
    weighed = likelihood(prediction, variance, target) * variance.detach().sqrt()
    found, expected = (
        torch.autograd.grad(loss.sum(), variance)[0]
        for loss in (likelihood(prediction, variance, target, beta=0.5), weighed)
    )
    torch.testing.assert_close(found, expected)


def test_the_likelihood_of_classes_is_the_cross_entropy():
    logits, target = torch.randn(4, 3), torch.tensor([0, 2, 1, 1])
    expected = -logits.log_softmax(dim=1)[range(4), target]
    torch.testing.assert_close(likelihood(logits, torch.ones(4, 3), target), expected)


def test_a_class_has_about_the_mean_probability_over_the_noise():
    noisy = Moments(torch.tensor([[3.0, 0.0, -2.0]]), torch.full((1, 3), 4.0))
    draws = noisy.mean + noisy.variance.sqrt() * torch.randn(200_000, 3)
    expected = draws.softmax(dim=-1).mean(dim=0)
    logits = (said(noisy, "classification"), noisy.mean)
    far = [(each.softmax(dim=-1) - expected).abs().max() for each in logits]
    assert far[0] < 0.06 < 0.12 < far[1]


def test_a_mixture_of_ratings_has_the_moments_of_its_draws():
    each = Moments(torch.tensor([[[-2.0]], [[0.5]], [[1.0]]]), torch.tensor([[[0.1]], [[1.0]], [[2.0]]]))
    draws = (each.mean + each.variance.sqrt() * torch.randn(3, 1, 200_000)).flatten()
    found = mixed(each, "regression")
    assert found.mean.item() == pytest.approx(draws.mean().item(), abs=0.02)
    assert found.variance.item() == pytest.approx(draws.var().item(), rel=0.02)


def test_a_mixture_of_classes_has_the_mean_probability():
    each = Moments(torch.randn(3, 4, 2), torch.rand(3, 4, 2))
    found = mixed(each, "classification")
    shares = torch.stack(
        [(m / (1 + torch.pi * v / 8).sqrt()).softmax(-1) for m, v in zip(*each, strict=True)]
    )
    torch.testing.assert_close(found.mean.exp(), shares.mean(dim=0))
    torch.testing.assert_close(found.variance, each.variance.mean(0) + each.mean.var(0, unbiased=False))


def test_one_answer_is_no_mixture():
    one = Moments(torch.randn(1, 4, 1), torch.rand(1, 4, 1))
    torch.testing.assert_close(mixed(one, "regression"), Moments(one.mean[0], one.variance[0]))


def test_the_example_of_the_docstring_by_scipy():
    expected = -stats.norm.logpdf(3, 1, 2) - 0.5 * torch.log(torch.tensor(2 * torch.pi)).item()
    found = likelihood(torch.tensor([1.0]), torch.tensor([4.0]), torch.tensor([3.0]))
    assert found.item() == pytest.approx(expected, abs=1e-6)
