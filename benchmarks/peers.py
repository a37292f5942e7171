"""Other mixtures of experts, with as many FLOPs a row as ours: k experts of two matrices (D, D).

None of them draws, and none has a KL term or variances: they do less than ours.

- dispatcher: two layers (D, D) with a ReLU, plain gate. In our words, after the public description of
  davidmrau/mixture-of-experts: send rows to experts, add what comes back. Without its noisy gate and without
  calling experts that have no rows, so faster than the original.
- mixture-of-experts: takes two experts only, so its hidden layer is k D / 2 wide.
- st-moe-pytorch: gated experts of three matrices (D, 2 D / 3).
- tutel: two layers (D, D), k of them, capacity factor 1: B k rows in all.

The last three cut or pad an expert's rows to a capacity. Those that are not installed are left out.
"""

from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from typing import Any

import torch
from torch import Tensor, nn

from euar.moe import UncertaintyAwareMoE

#: h (B, D), and losses by name.
Answer = tuple[Tensor, dict[str, Tensor]]
Cell = dict[str, int]


class Dispatcher(nn.Module):
    """Gather the rows of each expert, let it answer, weigh, and add the answers at their rows.

    Args:
        gate: (B, D) to (B, N).
        experts: N modules, each (rows, D) to (rows, D).
        k: experts chosen for each sample.
    """

    def __init__(self, gate: nn.Module, experts: Sequence[nn.Module], k: int):
        super().__init__()
        self.gate, self.experts, self.k = gate, nn.ModuleList(experts), k

    def forward(self, x: Tensor) -> Answer:
        """Return h and the squared variation of the experts' importance, davidmrau's balance."""
        probs = self.gate(x).softmax(dim=-1)
        top, index = probs.topk(self.k, dim=-1)
        gate = torch.zeros_like(probs).scatter(-1, index, top)
        expert, row = gate.t().nonzero(as_tuple=True)  # by expert
        counts = torch.bincount(expert, minlength=len(self.experts)).tolist()
        parts = x.index_select(0, row).split(counts)
        answers = [ask(part) for ask, part in zip(self.experts, parts, strict=True) if len(part)]
        weighed = torch.cat(answers) * gate[row, expert].unsqueeze(-1)
        importance = gate.sum(dim=0)
        balance = importance.var() / (importance.mean().square() + 1e-10)
        return torch.zeros_like(x).index_add(0, row, weighed), {"aux": balance}


class Adapted(nn.Module):
    """A layer of somebody else's, called as ours is.

    Args:
        layer: takes (1, B, D).
        answer: makes (1, B, D) and its loss of the layer and what it returns.
    """

    def __init__(self, layer: nn.Module, answer: Callable[[Any, Any], tuple[Tensor, Tensor]]):
        super().__init__()
        self.layer, self.answer = layer, answer

    def forward(self, x: Tensor) -> Answer:
        """Return h and the layer's own loss."""
        hidden, loss = self.answer(self.layer, self.layer(x.unsqueeze(0)))
        return hidden.squeeze(0), {"aux": loss}


def of(moe: UncertaintyAwareMoE) -> dict[str, nn.Module]:
    """Return the peers that there are, of a layer's sizes and on its device; the dispatcher has its gate."""
    dim, num_experts, k, device = moe.dim, moe.experts.num_experts, moe.gate.k, moe.experts.weight.device
    experts = [nn.Sequential(nn.Linear(dim, dim), nn.ReLU(), nn.Linear(dim, dim)) for _ in range(num_experts)]
    gate = nn.Linear(dim, num_experts)
    gate.load_state_dict(moe.gate.linear.state_dict())
    found: dict[str, nn.Module] = {"dispatcher": Dispatcher(gate, experts, k)}
    found |= {name: _BUILD[name](dim, num_experts, k) for name, there in installed().items() if there}
    return {name: layer.to(device) for name, layer in found.items()}


@cache
def installed() -> dict[str, bool]:
    """Return which of the peers from elsewhere can be imported here."""
    return {name: _imports(module) for name, module in _MODULES.items()}


def _imports(module: str) -> bool:
    try:
        import_module(module)
    except (ImportError, OSError):  # absent, or built for another torch
        return False
    return True


def _lucidrains(dim: int, num_experts: int, k: int) -> nn.Module:
    layer = import_module("mixture_of_experts").MoE(dim, num_experts, hidden_dim=k * dim // 2)
    return Adapted(layer, lambda _, out: out)


def _st_moe(dim: int, num_experts: int, k: int) -> nn.Module:
    build = import_module("st_moe_pytorch").MoE
    layer = build(dim, num_experts, expert_hidden_mult=1, gating_top_n=k)  # its width is 2/3 of D times this
    return Adapted(layer, lambda _, out: (out.outputs, out.total_aux_loss))


def _tutel(dim: int, num_experts: int, k: int) -> nn.Module:
    ffn = {
        "type": "ffn",
        "count_per_node": num_experts,
        "hidden_size_per_expert": dim,
        "activation_fn": nn.functional.relu,
    }
    gate = {"type": "top", "k": k, "capacity_factor": 1.0}
    layer = import_module("tutel.moe").moe_layer(gate_type=gate, model_dim=dim, experts=ffn)
    return Adapted(layer, lambda layer, out: (out, layer.l_aux))


_MODULES = {
    "mixture-of-experts": "mixture_of_experts",
    "st-moe-pytorch": "st_moe_pytorch",
    "tutel": "tutel.moe",
}
_BUILD = {"mixture-of-experts": _lucidrains, "st-moe-pytorch": _st_moe, "tutel": _tutel}
