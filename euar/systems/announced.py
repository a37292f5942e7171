"""Answers that announce their own noise: a mean and a variance, their likelihood, and mixtures of several.

    L = 1/2 log v + (target - y)^2 / 2 v                              of ratings: a normal distribution
    L = CE(softmax(y / sqrt(1 + pi v / 8)))                           of classes, whose y are logits
    y* = mean_s y_s,   v* = mean_s v_s + mean_s (y_s - y*)^2          S answers with the same weight

The softmax is about its mean over the noise (Lu et al., Mean-field approximation to Gaussian-softmax
integral, 2020). The variance of a mixture is what its answers announce, and how far they are apart. Letters:
B samples, C outputs, S answers.
"""

import math

from torch import Tensor
from torch.nn.functional import cross_entropy, softplus

from euar._precision import at_least_float32
from euar.propagation import Moments
from euar.systems.config import Task

_LEAST = 1e-4  # of a variance, in squared units of the target


def positive(raw: Tensor) -> Tensor:
    """Return a variance from any number.

    Example:
        >>> import torch
        >>> positive(torch.tensor([-100.0, 100.0]))
        tensor([1.0000e-04, 1.0000e+02])
    """
    variance: Tensor = softplus(raw) + _LEAST
    return variance


def said(believed: Moments, task: Task) -> Tensor:
    """Return the prediction that a mean and a variance stand for: for classes with the noise taken in.

    Example:
        >>> import torch
        >>> said(Moments(torch.tensor([[3.0, 0.0]]), torch.full((1, 2), 8 / math.pi)), "classification")
        tensor([[2.1213, 0.0000]])
    """
    if task == "regression":
        return believed.mean
    return believed.mean / (1 + math.pi / 8 * believed.variance).sqrt()


def likelihood(prediction: Tensor, variance: Tensor, target: Tensor, beta: float = 0.0) -> Tensor:
    """Return the negative log-likelihood of each row in nats, for ratings without its constant, (B,).

    Args:
        prediction: (B,) or (B, outputs) ratings, or (B, C) logits as `said` returns them.
        variance: shaped alike; logits have theirs taken in already.
        target: checked already.
        beta: each rating weighs v^beta, a weight without gradient (Seitzer et al., On the Pitfalls of
            Heteroscedastic Uncertainty Estimation, ICLR 2022).

    Example:
        >>> import torch
        >>> likelihood(torch.tensor([1.0]), torch.tensor([4.0]), torch.tensor([3.0]))  # log 2 + 1/2
        tensor([1.1931])
    """
    if not target.is_floating_point():
        return cross_entropy(prediction, target, reduction="none")
    loss = 0.5 * (variance.log() + (at_least_float32(target) - prediction).square() / variance)
    loss = loss * variance.detach() ** beta
    return loss if loss.ndim == 1 else loss.mean(dim=-1)


def mixed(each: Moments, task: Task) -> Moments:
    """Return the prediction and the variance of a mixture, (B, C) each.

    For classes, the prediction is the logarithm of the answers' mean probability, and the variance that of
    the logits.

    Args:
        each: what the answers say, (S, B, C).
        task: the answers'.

    Example:
        >>> import torch
        >>> mixed(Moments(torch.tensor([[[0.0]], [[2.0]]]), torch.ones(2, 1, 1)), "regression")
        Moments(mean=tensor([[1.]]), variance=tensor([[2.]]))
    """
    mean = each.mean.mean(dim=0)
    variance = each.variance.mean(dim=0) + (each.mean - mean).square().mean(dim=0)
    if task == "regression":
        return Moments(mean, variance)
    shares = said(each, task).log_softmax(dim=-1)
    return Moments(shares.logsumexp(dim=0) - math.log(len(shares)), variance)
