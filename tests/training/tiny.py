"""The contract that `fit` trains against, without EUAR: a noisy linear model with dropout; and its data."""

from dataclasses import asdict, dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from euar.data import MultimodalDataset
from euar.systems.base import LossTerms


class Output(NamedTuple):
    prediction: Tensor


@dataclass(frozen=True)
class TinyConfig:
    in_features: tuple[tuple[str, int], ...] = (("a", 3), ("b", 2))
    outputs: int = 1
    noise: float = 0.1

    def to_dict(self):
        return asdict(self)

    def build(self):
        return Tiny(self)


class Tiny(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.layers = nn.ModuleDict({m: nn.Linear(d, config.outputs) for m, d in config.in_features})
        self.dropout = nn.Dropout(0.1)

    def forward(self, inputs, available=None, generator=None):
        available = available or {}
        total = 0
        for m, x in inputs.items():
            mask = available.get(m, torch.ones(len(x), dtype=torch.bool)).unsqueeze(-1)
            total = total + self.layers[m](self.dropout(x.masked_fill(~mask, 0))) * mask
        if self.training:
            total = total + self.config.noise * torch.randn(total.shape, generator=generator)
        return Output(total.squeeze(-1) if self.config.outputs == 1 else total)

    def loss(self, output, target):
        loss = nn.functional.mse_loss if target.is_floating_point() else nn.functional.cross_entropy
        task = loss(output.prediction, target)
        decay = sum((layer.weight**2).mean() for layer in self.layers.values())
        return LossTerms(task + 1e-3 * decay, task, {"decay": decay})


def dataset(n=120, classes=None, seed=0, **changes):
    """Two modalities with a known linear answer; modality b is not available, and NaN, in every tenth row."""
    rng = np.random.default_rng(seed)
    a, b = rng.normal(2, 3, (n, 3)).astype(np.float32), rng.normal(-1, 2, (n, 2)).astype(np.float32)
    answer = np.clip(0.4 * a[:, 0] + 0.5 * b[:, 1] + 0.3 * rng.normal(size=n), -3, 3)
    target = (
        answer if classes is None else np.digitize(answer, np.linspace(-1, 1, classes - 1)).astype(np.int64)
    )
    missing = np.arange(n) % 10 == 5
    b[missing] = np.nan
    fields = {
        "name": "tiny",
        "modalities": {"a": a, "b": b},
        "target": target.astype(np.float32) if classes is None else target,
        "ids": np.array([f"row{i}" for i in range(n)]),
        "split": np.array([["train", "train", "valid", "test"][i % 4] for i in range(n)]),
        "available": {"b": ~missing},
    }
    return MultimodalDataset(**fields | changes)
