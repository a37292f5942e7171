"""The rival to beat: the mixture of Gaussian experts as one writes it first."""

import torch
from torch import Tensor, nn

from euar.moe import UncertaintyAwareMoE


class Naive(nn.Module):
    """A loop over N experts, each two `nn.Linear`: every expert on every row, drawn from, weighed, penalised.

    Args:
        dim: D.
        num_experts: N.
        k: experts chosen for each sample.
    """

    def __init__(self, dim: int, num_experts: int, k: int):
        super().__init__()
        self.k = k
        self.gate = nn.Linear(dim, num_experts)
        self.mean = nn.ModuleList(nn.Linear(dim, dim) for _ in range(num_experts))
        self.log_var = nn.ModuleList(nn.Linear(dim, dim) for _ in range(num_experts))

    def forward(self, x: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Return h (B, D) and the three losses, as `UncertaintyAwareMoE` has them by default."""
        probs, gate, index = self.route(x)
        num_experts = len(self.mean)
        hidden, kl, u = torch.zeros_like(x), x.new_zeros(()), x.new_zeros(())
        for j, (f_1, f_2) in enumerate(zip(self.mean, self.log_var, strict=True)):
            mean, log_var = f_1(x), f_2(x).clamp(-8, 5)
            variance = log_var.exp()
            drawn = mean + torch.randn_like(mean) * (log_var / 2).exp() if self.training else mean
            hidden = hidden + gate[:, j : j + 1] * drawn
            kl = kl - 0.5 * (1 + log_var - mean.square() - variance).mean() / num_experts
            u = u + (gate[:, j] * variance.mean(dim=-1)).mean() / num_experts
        share = nn.functional.one_hot(index[:, 0], num_experts).to(x).mean(dim=0)
        return hidden, {"kl": kl, "aux": num_experts * (share * probs.mean(dim=0)).sum(), "u": u}

    def means(self, x: Tensor) -> Tensor:
        """Return h (B, D) of a prediction and nothing else: a stricter rival there."""
        gate = self.route(x)[1]
        hidden = torch.zeros_like(x)
        for j, f_1 in enumerate(self.mean):
            hidden = hidden + gate[:, j : j + 1] * f_1(x)
        return hidden

    def route(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return probabilities (B, N), the weights G (B, N), and the chosen (B, k)."""
        probs = self.gate(x).softmax(dim=-1)
        top, index = probs.topk(self.k, dim=-1)
        return probs, torch.zeros_like(probs).scatter(-1, index, top), index


def like(moe: UncertaintyAwareMoE) -> Naive:
    """Return the loop with the weights of a layer, on its device: the same rows go to the same experts."""
    experts = moe.experts
    naive = Naive(moe.dim, experts.num_experts, moe.gate.k).to(experts.weight.device)
    naive.gate.load_state_dict(moe.gate.linear.state_dict())
    maps = (
        (naive.mean, experts.mean_weight, experts.mean_bias),
        (naive.log_var, experts.log_var_weight, experts.log_var_bias),
    )
    for linears, weights, biases in maps:
        for linear, weight, bias in zip(linears, weights, biases, strict=True):
            linear.load_state_dict({"weight": weight, "bias": bias})
    return naive
