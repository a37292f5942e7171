"""MCTN-style on pooled features: the code of a translation predicts, and only its source is needed for it.

Its equations::

    code_1 = E_1(x_s),  x^_1 = D_1(code_1)          the source into the first target
    x^_s = D_1(E_1(x^_1))                            and back: the cycle
    code_k = E_k(code_(k-1)),  x^_k = D_k(code_k)    the code into each further target
    L = L_task(head(code_last)) + w_t sum_k mse(x^_k, x_k) + w_c mse(x^_s, x_s)

Source: Pham et al., "Found in translation: learning robust joint representations by cyclic translations
between modalities", AAAI 2019.

Faithful: one encoder and decoder go there and back, further targets have no cycle, the last code predicts,
both weights are 0.1, targets are needed in training alone. Adapted: a pooled vector in place of a sequence,
so networks with one hidden layer in place of LSTMs with attention, a linear layer as the regressor, and
linear maps from D to the features of each modality, which the mse is a mean over; the task's loss is that of
all systems (the paper's absolute error is `task_loss="l1"`), and cross-entropy for classes.

Missing data: the source at test time is `source`, by default the first modality; the others follow in the
order of the configuration. A row without the source is read from the first target, which the encoder knows
from the cycle; a row without both is 0, and its prediction a constant. A translation counts in the rows that
have source and target. Both tasks; two modalities or more (two have no further target). Letters: B samples, D
features.
"""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import mse_loss

from euar._checks import check_inputs, check_word
from euar._layers import ModalityDict
from euar.systems.base import Inputs, LossTerms, MultimodalModel
from euar.systems.config import SystemConfig
from euar.systems.registry import System
from euar.systems.views import added, mean_over, rows_of_all


@dataclass(frozen=True)
class MCTNConfig(SystemConfig):
    """The configuration of an `MCTN`.

    Attributes:
        source: the modality to translate from; None takes the first.
        translation_weight: of the errors of the targets.
        cycle_weight: of the error of the source.
    """

    source: str | None = None
    translation_weight: float = 0.1
    cycle_weight: float = 0.1

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.in_features) < 2:
            raise ValueError(f"in_features: expected at least 2 modalities, found {len(self.in_features)}")
        check_word("source", self.source, (None, *self.in_features))
        self.check_weights("translation_weight", "cycle_weight")

    def build(self) -> "MCTN":
        """A freshly initialised model."""
        return MCTN(self)


class MCTNOutput(NamedTuple):
    """What the model returns.

    Attributes:
        prediction: see `Output`.
        code: (B, D), of the last encoder.
        translation: the sum of the targets' errors, unweighted, 0-dim.
        cycle: the source's error after its way there and back, unweighted, 0-dim.
    """

    prediction: Tensor
    code: Tensor
    translation: Tensor
    cycle: Tensor


class MCTN(MultimodalModel[MCTNOutput]):
    """A chain of translators from the source through all targets, and a linear layer on its last code.

    Args:
        config: see `MCTNConfig`.

    Attributes:
        reads: the modalities that a prediction depends on where a row has all of them.
        targets: the other modalities, in the order of translation.

    Example:
        >>> model = MCTNConfig({"text": 8, "audio": 4}, source="text").build()
        >>> model({"text": torch.zeros(2, 8)}).prediction.shape  # the other modality is for training alone
        torch.Size([2])
    """

    stacks = True
    config: MCTNConfig

    def __init__(self, config: MCTNConfig):
        super().__init__(config)
        source = config.source or next(iter(config.in_features))
        self.reads = (source,)
        self.targets = tuple(m for m in config.in_features if m != source)
        for unread in self.targets[1:]:
            del self.projections[unread]
        self.encoders = ModalityDict({m: _network(config.dim) for m in self.targets})
        self.decoders = ModalityDict({m: _network(config.dim) for m in self.targets})
        self.readouts = ModalityDict({m: nn.Linear(config.dim, d) for m, d in config.in_features.items()})
        self.head = nn.Linear(config.dim, config.outputs)

    def forward(
        self,
        inputs: Inputs,
        available: Inputs | None = None,
        generator: Generator | None = None,  # noqa: ARG002  nothing is drawn
    ) -> MCTNOutput:
        """Predict a batch; arguments and errors: `MultimodalModel.forward`."""
        available = available or {}
        check_inputs(inputs, available, self.config.in_features)
        rows = rows_of_all(inputs, available, self.config.in_features)
        code, written = self._read(inputs, available, rows), {}
        for target in self.targets:
            code = self.encoders[target](code)
            written[target] = self._write(target, target, code)
        (source,) = self.reads
        written[source] = self._back(written[self.targets[0]])
        errors = {m: self._error(x, m, inputs, rows) for m, x in written.items()}
        cycle = errors.pop(source)
        return MCTNOutput(self.shaped(self.head(code)), code, added(errors.values()), cycle)

    def loss(self, output: MCTNOutput, target: Tensor) -> LossTerms:
        """The task's loss, the `"translation"` and the `"cycle"`; arguments: `MultimodalModel.loss`."""
        task, config = self.task_loss(output.prediction, target), self.config
        terms = {"translation": output.translation, "cycle": output.cycle}
        weighted = config.translation_weight * output.translation + config.cycle_weight * output.cycle
        return LossTerms(config.task_weight * task + weighted, task, terms)

    def _read(self, inputs: Inputs, available: Inputs, rows: dict[str, Tensor]) -> Tensor:
        """The projected source (B, D); the projected first target in the rows that lack it; else 0."""
        (source,), first = self.reads, self.targets[0]
        missing = self.head.weight.new_zeros(len(rows[source]), self.config.dim)
        given = {m: self._project(m, inputs[m], available.get(m)) for m in (source, first) if m in inputs}
        return torch.where(rows[source].unsqueeze(-1), given.get(source, missing), given.get(first, missing))

    def _write(self, translator: str, modality: str, code: Tensor) -> Tensor:
        """The features (B, d) of a modality that a translator's decoder makes of a code."""
        features: Tensor = self.readouts[modality](self.decoders[translator](code))
        return features

    def _back(self, translated: Tensor) -> Tensor:
        """The source's features (B, d), from the translated features of the first target."""
        (source,), first = self.reads, self.targets[0]
        return self._write(first, source, self.encoders[first](self.projections[first](translated)))

    def _error(self, written: Tensor, modality: str, inputs: Inputs, rows: dict[str, Tensor]) -> Tensor:
        """A modality's error in the rows that have it and the source, 0-dim."""
        if modality not in inputs:
            return written.new_zeros(())
        return translation_loss(written, inputs[modality], rows[modality] & rows[self.reads[0]])


def translation_loss(translated: Tensor, true: Tensor, rows: Tensor) -> Tensor:
    """The mean squared error of a translation, over features and the rows that count.

    Args:
        translated: (B, d).
        true: (B, d); what it holds in other rows has no effect, even if it is NaN.
        rows: (B,) bool, the rows that count.

    Returns:
        0-dim; 0 where no row counts.

    Example:
        >>> translated, true = torch.tensor([[1.0, 3.0], [0.0, 0.0]]), torch.zeros(2, 2)
        >>> translation_loss(translated, true, torch.tensor([True, False])).item()
        5.0
    """
    known = true.masked_fill(~rows.unsqueeze(-1), 0)
    return mean_over(mse_loss(translated, known, reduction="none").mean(dim=-1), rows)


def _network(dim: int) -> nn.Module:
    return nn.Sequential(nn.Linear(dim, dim), nn.ReLU(), nn.Linear(dim, dim))


SYSTEM = System(
    name="mctn",
    label="MCTN",
    config=MCTNConfig,
    min_modalities=2,
    source="multimodal cyclic translation network, Pham et al., AAAI 2019",
    faithful="the cycle, the chain of translations, weights, a prediction from the source alone; adapted: "
    "on pooled features, networks of one hidden layer translate vectors in place of sequences",
)
