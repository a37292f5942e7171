"""What typical mistakes make of each part, {hint: value}.

Letters: B samples, N experts, k chosen, D features.
"""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from euar.experts import Gaussian
from euar.gating import Routing
from euar.losses import load_balance_loss
from euar.model import EUAR, EUAROutput
from euar.moe import MoEOutput

Slips = Mapping[str, Any]
LOSSES = ("kl", "aux", "u")


def of_mean(right: Gaussian, free: Gaussian) -> Slips:
    """Return mistakes in the mean (B, N, D); `free` has no clamp."""
    (_, n, d), flat = right.mean.shape, right.mean.flatten(1)
    return {
        "This is the output of f2: f1 gives the mean, f2 the log-variance.": free.log_var,
        "This is log_var: return mean first, log_var second.": right.log_var,
        "A ReLU has taken the negative half away: f1's output is the mean as it is.": right.mean.relu(),
        "Each expert has D neighbouring outputs of f1: unflatten to (N, D).": (
            flat.unflatten(1, (d, n)).transpose(1, 2)
        ),
        "The axes are rows, experts, features: unflatten to (N, D).": flat.unflatten(1, (d, n)),
    }


def of_log_var(right: Gaussian, free: Gaussian) -> Slips:
    """Return mistakes in the log-variance; `free` has no clamp."""
    return {
        "The clamp to [-8, 5] is missing.": free.log_var,
        "This is sigma. Return the logarithm of the variance, f2's output.": (right.log_var / 2).exp(),
        "This is the variance. Return its logarithm, f2's output.": right.variance,
    }


def of_probs(logits: Tensor, routing: Routing) -> Slips:
    """Return mistakes in the gate's probabilities (B, N)."""
    weights = routing.weights
    return {
        "The softmax runs over the batch. It runs over the experts, dim=-1.": logits.softmax(dim=0),
        "These are the logits: the softmax is missing.": logits,
        "The softmax comes after the top-k. Eq. 5 takes it over all experts first.": _divided(weights),
        "These are the weights: return the uncut softmax first.": weights,
    }


def of_weights(routing: Routing) -> Slips:
    """Return mistakes in the gate's weights (B, N)."""
    probs, index, weights = routing
    k, none = index.shape[1], torch.zeros_like(probs)
    rows = none.scatter(0, probs.topk(k, dim=0).indices, 1)
    least = none.scatter(1, probs.topk(k, dim=1, largest=False).indices, 1)
    return {
        "Each row sums to one: softmax after the top-k, or a division. Eq. 5 only cuts.": _divided(weights),
        "Nothing is cut: keep the k largest of a row, zero for the others.": probs,
        "Ones where an expert is chosen: Eq. 5 keeps its probability.": (weights > 0).float(),
        "The k best rows of each expert are kept, not the k best experts of each row.": probs * rows,
        "The smallest are kept, not the largest.": probs * least,
        "Put the k values back to their experts' places among N: scatter.": probs.gather(1, index),
    }


def of_losses(gaussian: Gaussian, routing: Routing, right: Mapping[str, Tensor]) -> Mapping[str, Slips]:
    """Return mistakes in each of the three losses."""
    sigma, parts = (gaussian.log_var / 2).exp(), (gaussian.variance, routing)
    of_kl = _of_kl(gaussian, sigma, right["kl"])
    return {"kl": of_kl, "aux": _of_aux(routing.probs, right["aux"]), "u": _of_u(*parts, sigma, right["u"])}


def _of_kl(gaussian: Gaussian, sigma: Tensor, right: Tensor) -> Slips:
    _, n, d = sigma.shape
    mean, log_var = gaussian
    return {
        "The sign is turned: a divergence is never negative.": -right,
        "The factor 1/2 is missing.": 2 * right,
        "This is the sum over D. Our default takes the mean, so that alpha fits every D.": d * right,
        "This is the sum over the experts. Take the mean.": n * right,
        "exp(log_var / 2) is sigma. Eq. 4 has sigma^2 = exp(log_var).": (
            (mean.square() + sigma - 1 - log_var).mean() / 2
        ),
        "The mean's square is missing.": right - mean.square().mean() / 2,
    }


def _of_aux(probs: Tensor, right: Tensor) -> Slips:
    n = probs.shape[1]
    first, even = one_hot(probs.argmax(dim=1), n).float(), probs.mean(dim=0)
    return {
        "The factor N is missing: an even load must give 1.": right / n,
        "You divide by N, as the paper does. The switch form multiplies by it.": right / n**2,
        "Both factors are mean probabilities. One counts first choices.": n * even.square().sum(),
        "Both factors are counts, which carry no gradient.": n * first.mean(dim=0).square().sum(),
        "Average each factor over the rows before you multiply them.": n * (first * probs).mean(dim=0).sum(),
    }


def _of_u(variance: Tensor, routing: Routing, sigma: Tensor, right: Tensor) -> Slips:
    (_, n, d), (probs, _, weights) = variance.shape, routing
    return {
        "exp(log_var / 2) is sigma. Eq. 10 has sigma^2 = exp(log_var).": (sigma.mean(-1) * weights).mean(),
        "This weighs the log-variance. Eq. 10 has sigma^2 = exp(log_var).": (
            (variance.log().mean(-1) * weights).mean()
        ),
        "This is the sum over D. Our default takes the mean.": d * right,
        "The 1/N of Eq. 10 is missing.": n * right,
        "The gate's weights are missing.": variance.mean(),
        "This weighs by probs, so it counts experts that are not chosen.": (variance.mean(-1) * probs).mean(),
    }


def of_hidden(right: MoEOutput) -> Slips:
    """Return mistakes in the mixture's h (B, D), in evaluation."""
    (probs, _, weights), mean = right.routing, right.gaussian.mean
    return {
        "Eq. 6 is a sum over the experts, not their mean.": right.hidden / mean.shape[1],
        "The weights are missing.": mean.sum(dim=1),
        "You weigh by probs. Experts that are not chosen have weight zero.": (probs[..., None] * mean).sum(1),
        "You divide by the sum of the weights. Eq. 6 takes them as they are.": (
            right.hidden / weights.sum(dim=1, keepdim=True)
        ),
        "The sum runs over the features. It runs over the experts, dim=1.": (weights[..., None] * mean).sum(
            2
        ),
    }


def of_terms(right: MoEOutput) -> Mapping[str, Slips]:
    """Return mistakes in what a layer passes to its losses."""
    (probs, index, weights), variance = right.routing, right.gaussian.variance
    aux = load_balance_loss(Routing(weights, index, weights))
    return {
        "kl": {},
        "aux": {"It reads weights where it should read probs.": aux},
        "u": {"It reads probs where it should read weights.": (variance.mean(-1) * probs).mean()},
    }


def of_prediction(ours: EUAR, right: EUAROutput) -> Slips:
    """Return mistakes in the prediction (B,)."""
    turned = torch.cat([out.hidden for out in reversed(right.moe.values())], dim=1)
    return {
        "Squeeze the last axis: (B, 1) against targets (B,) makes B x B errors.": right.prediction[:, None],
        "The views are joined in another order than they came in.": ours.head(turned)[:, 0],
    }


def of_sums(right: EUAROutput) -> Mapping[str, Slips]:
    """Return mistakes in adding the losses of the views."""
    *_, last = right.moe.values()
    return {
        name: {
            "Eq. 12 sums over the views; you average.": (
                torch.stack([out.losses[name] for out in right.moe.values()]).mean()
            ),
            "This is the last view's alone. Sum over all.": last.losses[name],
        }
        for name in LOSSES
    }


def of_total(ours: EUAR, right: EUAROutput, target: Tensor) -> Slips:
    """Return mistakes in Eq. 12."""
    total, task, terms = ours.loss(right, target)
    kl, aux, u = (terms[name] for name in LOSSES)
    return {
        "The task's loss is the mean squared error; this is the absolute one.": (
            total - task + (right.prediction - target).abs().mean()
        ),
        "This is the task's loss alone.": task,
        "These are the three other losses alone.": total - task,
        "The weights alpha, beta and lambda are missing.": task + kl + aux + u,
        "alpha and beta have changed places: 1e-3 for kl, 1e-2 for aux.": task + 1e-2 * kl + 1e-3 * (aux + u),
        "That beta is the paper's, for its form of the loss. Ours is 1e-2.": task
        + 1e-3 * (kl + u)
        + 1e-5 * aux,
    }


def _divided(weights: Tensor) -> Tensor:
    return weights / weights.sum(dim=1, keepdim=True)
