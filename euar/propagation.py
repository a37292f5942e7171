"""What the experts' noise does to a prediction: its mean and variance, in closed form where there is one.

    h_d = sum_j G_j z_jd,  z_jd ~ N(mean_jd, sigma_jd^2)              (Eq. 3, 6)
    E h_d = sum_j G_j mean_jd,   Var h_d = sum_j G_j^2 sigma_jd^2     the draws are independent
    E y   = W E h + b,           Var y   = W^2 Var h                  a linear head; W^2 elementwise

Another head is linear enough close to E h: its Jacobian stands for W. Not in the paper, which draws. All sums
are float32 at least. Letters: B samples, N experts, k chosen, D features, C outputs.
"""

from typing import NamedTuple

from torch import Tensor, nn
from torch.func import jacrev, vmap
from torch.nn.functional import linear

from euar._precision import at_least_float32
from euar.experts import RoutedGaussian
from euar.moe import MoEOutput


class Moments(NamedTuple):
    """Mean and variance of each number by itself, of one shape; what they share is not told.

    Attributes:
        mean: (...).
        variance: (...), in the square of its unit.
    """

    mean: Tensor
    variance: Tensor


def of_mixture(output: MoEOutput) -> Moments:
    """Return the moments of h (Eq. 6) over the draws of Eq. 3, (B, D).

    Args:
        output: of an `UncertaintyAwareMoE`; of tokens (B, T, D) it gives (B, T, D).

    Example:
        >>> import torch
        >>> from euar.moe import UncertaintyAwareMoE
        >>> moe = UncertaintyAwareMoE(dim=4, num_experts=3, k=2)
        >>> of_mixture(moe(torch.zeros(5, 4))).variance.shape
        torch.Size([5, 4])
    """
    gaussian, routing = output.gaussian, output.routing
    chosen = list(map(at_least_float32, gaussian))
    if not isinstance(gaussian, RoutedGaussian):  # an idle expert's variance may be inf, and 0 * inf is NaN
        index = routing.index.unsqueeze(-1).expand(*routing.index.shape, chosen[0].shape[-1])
        chosen = [part.gather(-2, index) for part in chosen]
    mean, log_var = chosen
    gate = routing.chosen_weights.unsqueeze(-1)
    return Moments((gate * mean).sum(dim=-2), (gate.square() * log_var.exp()).sum(dim=-2))


def through(head: nn.Module, hidden: Moments) -> Moments:
    """Return the moments of a head's outputs, (B, C).

    They are exact for an `nn.Linear`. For another head the mean is the output at the mean, and the variance
    that of the tangent there: both err by the head's curvature within the noise.

    Args:
        head: maps (B, D) to (B, C), each row by itself.
        hidden: its input, (B, D).

    Example:
        >>> import torch
        >>> head = nn.Linear(2, 1)
        >>> _ = head.weight.data.copy_(torch.tensor([[3.0, 1.0]]))
        >>> through(head, Moments(torch.zeros(1, 2), torch.ones(1, 2))).variance
        tensor([[10.]], grad_fn=<MmBackward0>)
    """
    wide, mean = hidden.variance.dtype, hidden.mean.to(next(head.parameters()).dtype)
    said = at_least_float32(head(mean))
    if isinstance(head, nn.Linear):
        return Moments(said, linear(hidden.variance, head.weight.to(wide).square()))
    slope = vmap(jacrev(head))(mean).to(wide)  # (B, C, D)
    return Moments(said, (slope.square() @ hidden.variance.unsqueeze(-1)).squeeze(-1))
