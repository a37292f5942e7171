"""The small parts before and after the experts: projections to D, and heads."""

from torch import nn


def _linear_norm(width: int, dim: int) -> nn.Module:
    return nn.Sequential(nn.Linear(width, dim), nn.LayerNorm(dim))  # the LayerNorm is not in the paper


def _linear_nobias(width: int, dim: int) -> nn.Module:
    return nn.Linear(width, dim, bias=False)


def _mlp(width: int, outputs: int) -> nn.Module:
    """The released code's head; the paper has one linear layer."""
    layers: list[nn.Module] = []
    for hidden, eps in ((72, 2e-5), (128, 2e-5), (256, 1e-5), (128, 2e-5)):
        layers += [nn.Linear(width, hidden), nn.LayerNorm(hidden, eps=eps), nn.ReLU()]
        width = hidden
    layers.append(nn.Linear(width, outputs))
    for layer in layers:
        if isinstance(layer, nn.Linear):
            nn.init.kaiming_normal_(layer.weight)
    return nn.Sequential(*layers)


PROJECTIONS = {"linear-norm": _linear_norm, "linear": nn.Linear, "linear-nobias": _linear_nobias}
HEADS = {"linear": nn.Linear, "mlp": _mlp}
