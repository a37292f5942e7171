"""Late fusion: a network for each modality, trained on its own; their predictions are averaged.

Letters: B samples, C classes.
"""

from dataclasses import replace
from typing import NamedTuple

import torch
from torch import Generator, Tensor, nn

from euar._checks import check_inputs
from euar.model import EUAR, EUARConfig, EUAROutput, Inputs, LossTerms
from euar.systems.concat import Concat


class LateFusionConfig(EUARConfig):
    """The configuration of `LateFusion`, whose networks are each a `Concat` of one modality."""

    def build(self) -> "LateFusion":
        """A freshly initialised model."""
        return LateFusion(self)


class LateFusionOutput(NamedTuple):
    """What the networks say.

    Attributes:
        prediction: the mean over the modalities a row has: of predictions, or of class probabilities, whose
            logarithm is given.
        parts: {modality: (rows, output)}: the rows that have it, (n,) int64, and its network's output.
    """

    prediction: Tensor
    parts: dict[str, tuple[Tensor, EUAROutput]]


class LateFusion(nn.Module):
    """One network for each modality, and the mean of their predictions.

    Args:
        config: see `LateFusionConfig`.
    """

    predict = EUAR.predict  # it asks for eval(), train() and a call alone

    def __init__(self, config: EUARConfig):
        super().__init__()
        self.config = config
        self.networks = nn.ModuleDict(
            {m: Concat(replace(config, in_features={m: width})) for m, width in config.in_features.items()}
        )

    def forward(
        self, inputs: Inputs, available: Inputs | None = None, generator: Generator | None = None
    ) -> LateFusionOutput:
        """Predict a batch; arguments and errors are those of `EUAR.forward`."""
        available = available or {}
        count = check_inputs(inputs, available, self.config.in_features)
        parts = {}
        for m in (m for m in self.config.in_features if m in inputs):
            rows = available[m].nonzero()[:, 0] if m in available else torch.arange(count)
            rows = rows.to(inputs[m].device)
            parts[m] = rows, self.networks[m]({m: inputs[m][rows]}, generator=generator)
        return LateFusionOutput(self._mean(parts, count), parts)

    def loss(self, output: LateFusionOutput, target: Tensor) -> LossTerms:
        """The sum of the networks' losses, each on the rows it saw; arguments and errors: `EUAR.loss`."""
        terms = [
            self.networks[m].loss(part, target[rows]) for m, (rows, part) in output.parts.items() if len(rows)
        ]
        return LossTerms(*(torch.stack(values).sum() for values in zip(*terms, strict=True)))

    def _mean(self, parts: dict[str, tuple[Tensor, EUAROutput]], count: int) -> Tensor:
        classes = self.config.task == "classification"
        some = next(iter(parts.values()))[1].prediction
        total, seen = some.new_zeros(count, *some.shape[1:]), some.new_zeros(count)
        for rows, part in parts.values():
            said = part.prediction.softmax(dim=-1) if classes else part.prediction
            total = total.index_add(0, rows, said)
            seen = seen.index_add(0, rows, torch.ones_like(rows, dtype=seen.dtype))
        mean = total / seen.view(-1, *[1] * (total.ndim - 1))
        return mean.log() if classes else mean
