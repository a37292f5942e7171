"""Ways to compute the chosen experts that were tried and left, each in a few lines of plain PyTorch.

Letters: B samples, N experts, k chosen, D features.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from benchmarks.peers import Answer
from euar.experts import Gaussian
from euar.losses import kl_divergence, load_balance_loss
from euar.moe import UncertaintyAwareMoE

#: x (B, in), index (B, k), weight (N, in, O), bias (N, 1, O) to the answers (B, k, O).
Way = Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]


def gathered(x: Tensor, index: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Copy the weights of its experts for every sample: B k matrices where there are N."""
    return torch.einsum("bi,bkio->bko", x, weight[index]) + bias[index, 0]


def padded(x: Tensor, index: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Fill up every expert's rows to as many as the busiest has, and multiply them all at once."""
    expert, order = index.flatten().sort(stable=True)
    counts = torch.bincount(expert, minlength=len(weight))
    place = torch.arange(len(order), device=x.device) - (counts.cumsum(0) - counts)[expert]
    rows = x.new_zeros(len(weight), int(counts.max()), x.shape[1])
    rows = rows.index_put((expert, place), x[order // index.shape[1]])
    answers = torch.baddbmm(bias, rows, weight)[expert, place]
    return torch.zeros_like(answers).index_copy(0, order, answers).view(*index.shape, -1)


class Tried(nn.Module):
    """A layer with the losses of the chosen experts alone, its experts computed in a way.

    Args:
        moe: whose weights and settings it has.
        way: `gathered` or `padded`.
    """

    def __init__(self, moe: UncertaintyAwareMoE, way: Way):
        super().__init__()
        self.moe, self.way = moe, way

    def forward(self, x: Tensor) -> Answer:
        """Return h and the losses."""
        experts, routing = self.moe.experts, self.moe.gate(x)
        mean, log_var = self.way(x, routing.index, experts.weight, experts.bias).chunk(2, dim=-1)
        bounds = experts.log_var_range
        chosen = Gaussian(mean, log_var if bounds is None else log_var.clamp(*bounds))
        gate = routing.weights.gather(1, routing.index)
        hidden = (gate.unsqueeze(-1) * chosen.rsample()).sum(dim=1)
        u = (gate * chosen.variance.mean(dim=-1)).sum(dim=1).mean() / experts.num_experts
        return hidden, {"kl": kl_divergence(chosen), "aux": load_balance_loss(routing), "u": u}
