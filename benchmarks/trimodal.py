"""The tri-modal training of `step`, `seeds` and `row`: its data, and the naive model with its loop."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import Adam
from torch.utils.data import DataLoader, TensorDataset

from benchmarks.layer import WEIGHTS
from benchmarks.naive import Naive
from euar.data import MultimodalDataset
from euar.model import EUARConfig
from euar.moe import KLExperts
from euar.training.batches import Batch

BATCH = 16
#: Widths of GloVe, COVAREP and FACET, the features of CMU-MOSI.
WIDTHS = {"text": 300, "audio": 74, "vision": 35}


def dataset(sizes: Sequence[int], widths: Mapping[str, int] = WIDTHS) -> MultimodalDataset:
    """Return noise with ratings that depend on it.

    Args:
        sizes: rows to train on, to validate and to test.
        widths: {modality: its features}.
    """
    rng, total = np.random.default_rng(0), sum(sizes)
    features = {m: rng.normal(size=(total, width)).astype(np.float32) for m, width in widths.items()}
    return MultimodalDataset(
        name="noise",
        modalities=features,
        target=np.clip(features["text"][:, :4].sum(axis=1), -3, 3),
        ids=np.array([f"row-{row}" for row in range(total)]),
        split=np.repeat(["train", "valid", "test"], list(sizes)),
    )


def config(experts: int, dim: int, kl_experts: KLExperts = "all") -> EUARConfig:
    """Return our model, of which `NaiveModel` is the naive version."""
    return EUARConfig(WIDTHS, dim=dim, num_experts=experts, k=3, kl_experts=kl_experts)


class NaiveModel(nn.Module):
    """A projection and a naive mixture for each modality, and a linear head."""

    def __init__(self, experts: int, dim: int, widths: Sequence[int] = tuple(WIDTHS.values())):
        super().__init__()
        self.project = nn.ModuleList(nn.Sequential(nn.Linear(d, dim), nn.LayerNorm(dim)) for d in widths)
        self.moes = nn.ModuleList(Naive(dim, experts, k=3) for _ in widths)
        self.head = nn.Linear(dim * len(widths), 1)

    def forward(self, *inputs: Tensor) -> tuple[Tensor, Tensor]:
        """Return predictions (B,) and the sum of the weighted losses."""
        parts = [moe(project(x)) for moe, project, x in zip(self.moes, self.project, inputs, strict=True)]
        penalty = sum(WEIGHTS[name] * loss for _, losses in parts for name, loss in losses.items())
        return self.head(torch.cat([hidden for hidden, _ in parts], dim=-1)).squeeze(-1), penalty


class NaiveTraining:
    """The loop as tutorials write it: DataLoader, Adam with its defaults, a validation after each epoch.

    Args:
        experts: N.
        dim: D.
        data: the same batches that ours trains on.
        seed: of weights, order and noise.
        batch: rows of a step.
        lr: learning rate.
    """

    def __init__(
        self,
        experts: int,
        dim: int,
        data: Mapping[str, Batch],
        seed: int = 0,
        *,
        batch: int = BATCH,
        lr: float = 1e-3,
    ):
        torch.manual_seed(seed)
        train, self.valid = (_tensors(data[split]) for split in ("train", "valid"))
        *inputs, target = train
        self.model = NaiveModel(experts, dim, [x.shape[1] for x in inputs]).to(target.device)
        self.optimizer = Adam(self.model.parameters(), lr)
        self.loader = DataLoader(TensorDataset(*train), batch_size=batch, shuffle=True)

    def run_epoch(self) -> float:
        """Train one epoch and return the validation's squared error."""
        self.model.train()
        for *inputs, target in self.loader:
            prediction, penalty = self.model(*inputs)
            loss = nn.functional.mse_loss(prediction, target) + penalty
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
        self.model.eval()
        *inputs, target = self.valid
        with torch.no_grad():
            return float(nn.functional.mse_loss(self.model(*inputs)[0], target))


def _tensors(batch: Batch) -> list[Tensor]:
    return [*batch.inputs.values(), batch.target]
