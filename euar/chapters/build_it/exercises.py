"""Checks of the chapter that builds EUAR: each compares a part of the reader's with the package's.

Letters: B samples, N experts, k chosen, D features.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from euar.chapters.answers import array, call, call_on, gradients, require, shaped
from euar.chapters.build_it import slips
from euar.chapters.build_it.loop import Watched, judge_loop
from euar.chapters.build_it.numpy_slips import of_numpy
from euar.chapters.build_it.spread import check_draws
from euar.chapters.build_it.twins import built, of_experts, of_mixture, of_model, parts, randomised, same
from euar.chapters.judge import exercise, expect, expect_truths
from euar.experts import Gaussian, GaussianExperts
from euar.gating import Routing, TopKGate
from euar.losses import kl_divergence, load_balance_loss, uncertainty_loss
from euar.model import EUAR, EUARConfig
from euar.moe import UncertaintyAwareMoE

_B, _N, _K, _D = 6, 5, 2, 3
_WIDTHS = {"one": 4, "two": 2}
_CHANGES = {  # whether a change can move a prediction in evaluation, and why
    "another seed": (False, "In evaluation z is the mean: eps is multiplied by zero."),
    "f2 set to zero": (False, "f2 gives the spread alone, and in evaluation nothing is drawn."),
    "1 added to every logit": (False, "The softmax divides a common factor out again."),
    "softmax after the top-k": (True, "The weights of a row then sum to one, so h is longer."),
    "k raised to N": (True, "Experts that had weight zero now join the sum."),
}


@exercise(
    "Same weights, same mean and log_var; z spreads by sigma, and in training alone.",
    stub="Nothing to compare yet. Begin with the two layers, f1 and f2.",
)
def experts(answer: Callable[[int, int], nn.Module]) -> None:
    """Check Gaussian experts (Eq. 1-3).

    Args:
        answer: class of D and N with the linear layers `f1` and `f2`, from D to N D; its `forward` takes
            x (B, D) and returns mean, log_var and z, (B, N, D) each.
    """
    ours, free = (randomised(GaussianExperts(_N, _D, _D, bounds)) for bounds in ((-8.0, 5.0), None))
    mine, x = built(answer, of_experts(ours), _D, _N), 3 * _drawn(_D)  # some log_var reach the bounds
    right = ours(x)
    mean, log_var, z = parts(call_on(mine, x), "mean", "log_var", "z")
    same("mean", mean, right.mean, slips.of_mean(right, free(x)))
    same("log_var", log_var, right.log_var, slips.of_log_var(right, free(x)))
    again = parts(call_on(mine, x), "mean", "log_var", "z")[2]
    noise = "z: there is noise in evaluation. Multiply eps by self.training."
    require(np.array_equal(array(z), array(again)), noise)
    same("z in evaluation", z, right.mean, {})
    check_draws(mine.train(), ours)


@exercise(
    "Same probabilities and weights: N - k zeros a row, and a sum below one.",
    stub="Nothing to compare yet. Begin with the layer that scores the experts, linear.",
)
def gate(answer: Callable[[int, int, int], nn.Module]) -> None:
    """Check a top-k gate (Eq. 5).

    Args:
        answer: class of D, N and k with the layer `linear`; its `forward` takes x (B, D) and returns probs
            and weights, (B, N) each.
    """
    ours, x = randomised(TopKGate(_D, _N, _K)), _drawn(_D)
    mine = built(answer, dict(ours.named_parameters()), _D, _N, _K)
    probs, weights = parts(call_on(mine, x), "probs", "weights")
    right = ours(x)
    same("probs", probs, right.probs, slips.of_probs(ours.linear(x), right))
    same("weights", weights, right.weights, slips.of_weights(right))


@exercise(
    "Same values, and the same gradients.",
    stub="Nothing to compare yet. Begin with kl, one mean over everything.",
)
def losses(answer: Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]) -> None:
    """Check the three losses (Eq. 4, 7-10), in the readings of the default.

    Args:
        answer: takes mean and log_var (B, N, D), probs and weights (B, N), and returns kl, aux and u, (3,).
    """
    layer, x = randomised(UncertaintyAwareMoE(_D, _N, _K)), _drawn(_D)
    leaves = [t.detach().requires_grad_() for t in (*layer.experts(x), *layer.gate(x)[::2])]
    gaussian, routing = Gaussian(*leaves[:2]), Routing(leaves[2], layer.gate(x).index, leaves[3])
    right = {
        "kl": kl_divergence(gaussian),
        "aux": load_balance_loss(routing),
        "u": uncertainty_loss(gaussian, routing),
    }
    found = call_on(answer, *leaves)
    _same_losses(found, right, slips.of_losses(gaussian, routing, right))
    unreached = "The values are right, but they have no gradient. Keep tensors."
    require(isinstance(found, Tensor), unreached)
    scale = torch.tensor([1.0, 2.0, 3.0])
    mine = gradients(found * scale, leaves, unreached)
    theirs = gradients(torch.stack([*right.values()]) * scale, leaves, unreached)
    for name, own, wanted in zip(("mean", "log_var", "probs", "weights"), mine, theirs, strict=True):
        expect(
            own, wanted, {}, f"The values are right, the gradient at {name} is not. Is something detached?"
        )


@exercise(
    "Same weights, same h and losses: the layer is complete.",
    stub="Nothing to compare yet. Begin with your own parts: experts and gate.",
)
def mixture(answer: Callable[[int, int, int], nn.Module]) -> None:
    """Check the mixture of experts (Eq. 6).

    Args:
        answer: class of D, N and k with the parts `experts` and `gate`; its `forward` takes x (B, D) and
            returns h (B, D) and the three losses (3,).
    """
    ours, x = randomised(UncertaintyAwareMoE(_D, _N, _K)), _drawn(_D)
    mine = built(answer, of_mixture(ours), _D, _N, _K)
    hidden, terms = parts(call_on(mine, x), "hidden", "losses")
    right = ours(x)
    same("hidden", hidden, right.hidden, slips.of_hidden(right), axes=("row", "feature"))
    _same_losses(terms, right.losses, slips.of_terms(right))
    drawn = parts(call_on(mine.train(), x), "hidden", "losses")[0]
    moved = not np.allclose(array(drawn), array(hidden))
    require(moved, "hidden: in training it should be a sum of draws. Weigh z, not mean.")


@exercise(
    "Same weights, same predictions and the same loss: this is the package's EUAR.",
    stub="Nothing to compare yet. Begin with a projection and a mixture for each view.",
)
def model(answer: Callable[..., nn.Module]) -> None:
    """Check the whole model (Eq. 11-12).

    Args:
        answer: class of {view: width}, D, N and k with the parts `project`, `mixture` and `head`; `forward`
            takes {view: (B, width)} and returns predictions (B,) and three losses (3,); `loss` takes targets
            (B,) too.
    """
    ours: EUAR = randomised(EUARConfig(_WIDTHS, dim=_D, num_experts=_N, k=_K).build())
    mine: Any = built(answer, of_model(ours), _WIDTHS, _D, _N, _K)
    inputs = {m: _drawn(width) for m, width in _WIDTHS.items()}
    right = ours(inputs)
    prediction, terms = parts(call_on(mine, inputs), "prediction", "losses")
    same("prediction", prediction, right.prediction, slips.of_prediction(ours, right))
    target = (right.prediction + 0.1 * _drawn(1)[:, 0]).detach()
    total, _, summed = ours.loss(right, target)
    _same_losses(terms, summed, slips.of_sums(right))
    require(
        hasattr(mine, "loss"), "The method `loss` is missing: from inputs and target to one number, Eq. 12."
    )
    found = call(mine.loss, inputs, target)
    same("loss", found, total, slips.of_total(ours, right, target), tolerance=1e-4)


@exercise(
    "Every row once an epoch in a new order, a clean step a batch, and evaluation at the end.",
    stub="Nothing came back. Write the loop, and return the model.",
)
def training(answer: Callable[..., nn.Module]) -> None:
    """Check a training loop by what it does to a model that takes notes.

    Args:
        answer: takes model, inputs, target, epochs and the learning rate, and returns the model.
    """
    watched, row, epochs = Watched().eval(), torch.arange(100.0), 2
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        returned = call_on(answer, watched, {"row": row}, row, epochs, 1e-2)
    judge_loop(watched, returned, len(row), epochs)


@exercise(
    "Equal to 1e-5: a trained EUAR needs no PyTorch to predict.",
    stub="Nothing came back. Begin with the projection: linear, then LayerNorm.",
)
def forward_pass(answer: Callable[[Mapping[str, NDArray], Mapping[str, NDArray], int], NDArray]) -> None:
    """Check the prediction of a trained model in NumPy.

    Args:
        answer: takes {parameter: array} by the chapter's names, {view: (B, width)} and k; returns (B,).
    """
    ours = randomised(EUARConfig(_WIDTHS, dim=_D, num_experts=_N, k=_K).build().double())
    with torch.no_grad():
        ours.moes["one"].gate.linear.bias.add_(1000)  # a softmax does not mind, an exponential does
    weights = {name: value.numpy(force=True) for name, value in of_model(ours).items()}
    inputs = {m: _drawn(width).double() for m, width in _WIDTHS.items()}
    given = {m: x.numpy() for m, x in inputs.items()}
    with np.errstate(all="ignore"):
        found = call(answer, weights, given, _K)
    require(
        not isinstance(found, Tensor), "This is a tensor. Stay with NumPy from the first line to the last."
    )
    overflow = "NaN: take each row's largest logit away before exp, which overflows."
    require(not np.isnan(array(found)).any(), overflow)
    same("prediction", found, ours.predict(inputs), of_numpy(weights, given, _K), tolerance=1e-5)


@exercise("All five. In evaluation only projections, means, gate and head count.")
def what_changes(answer: Mapping[str, bool | None]) -> None:
    """Check which changes can move a trained model's prediction in evaluation.

    Args:
        answer: {change: whether it can}.
    """
    expect_truths(answer, _CHANGES)


def _drawn(width: int) -> Tensor:
    return torch.randn(_B, width, generator=torch.Generator().manual_seed(1))


def _same_losses(found: Any, right: Mapping[str, Tensor], mistakes: Mapping[str, slips.Slips]) -> None:
    for name, own in zip(slips.LOSSES, shaped(found, 3), strict=True):
        same(name, own, right[name], mistakes[name])
