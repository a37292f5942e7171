"""Texts to vectors: a transformer whose weights a package, a folder or the hub has, and that trains along.

Letters: B samples, T tokens, D features.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from torch import Tensor, nn

from euar import pretrained
from euar._checks import check_positive, is_number, shown
from euar.encoders.base import Encoder, EncoderConfig, check_natural, check_padded, check_text
from euar.encoders.padded import Padded, Rows
from euar.encoders.sequence import SequenceEncoderConfig


@dataclass(frozen=True)
class TextEncoderConfig(EncoderConfig):
    """The configuration of a `TextEncoder`.

    Attributes:
        model: `"minilm"`, a folder, or NAME@COMMIT on the hub, such as "google-bert/bert-base-uncased@" and
            40 digits.
        max_tokens: longer texts are cut.
        scale: factor of the mean over the tokens. Those of MiniLM are small, and what reads them would have
            to grow large weights first.
        sequence: what reads the tokens' states instead of the mean, such as the released code's convolution.
        frozen: lowest blocks left as they are: the embeddings, then the layers.

    Example:
        >>> config = TextEncoderConfig(max_tokens=50, frozen=3)
        >>> TextEncoderConfig.from_dict(config.to_dict()) == config
        True
    """

    model: str = pretrained.MINILM
    max_tokens: int = 128
    scale: float = 10.0
    sequence: SequenceEncoderConfig | None = None
    frozen: int = 0

    def __post_init__(self) -> None:
        check_text("model", self.model)
        check_positive("max_tokens", self.max_tokens)
        check_natural("frozen", self.frozen)
        if not (is_number(self.scale) and self.scale > 0):
            raise ValueError(f"scale: expected a finite number above 0, found {shown(self.scale)}")
        if not isinstance(self.sequence, SequenceEncoderConfig | None):
            expected = "a SequenceEncoderConfig or None"
            raise ValueError(f"sequence: expected {expected}, found {shown(self.sequence)}")

    @classmethod
    def from_dict(cls, fields: Any) -> Self:
        """See `EncoderConfig.from_dict`."""
        inner = fields.get("sequence")
        read = inner if inner is None else SequenceEncoderConfig.from_dict(inner)
        return super().from_dict({**fields, "sequence": read})

    def build(self) -> "TextEncoder":
        """An encoder with its pretrained weights.

        Raises:
            PretrainedError: see `pretrained.loaded`.
        """
        return TextEncoder(self)


class TextEncoder(Encoder):
    """`Padded` tokens (B, T) to (B, D): the mean over the states of the last layer, times `scale`.

    Args:
        config: see `TextEncoderConfig`.
    """

    def __init__(self, config: TextEncoderConfig):
        super().__init__()
        self.config = config
        self.model = pretrained.loaded("AutoModel", config.model)
        self.model.pooler = None  # a layer on the first token that nobody reads
        hidden = self.model.config.hidden_size
        if config.sequence and config.sequence.in_features != hidden:
            found = config.sequence.in_features
            raise ValueError(
                f"sequence.in_features: expected {hidden}, the width of the states, found {found}"
            )
        self.sequence = config.sequence.build() if config.sequence else None
        self.width = config.sequence.dim if config.sequence else hidden
        self.freeze(config.frozen)

    def blocks(self) -> list[nn.Module]:
        """The embeddings, then the layers, of models built like BERT; none of others."""
        encoder = getattr(self.model, "encoder", None) or getattr(self.model, "transformer", None)
        layers: Sequence[nn.Module] | None = getattr(encoder, "layer", None)
        return [] if layers is None else [self.model.embeddings, *layers]

    def check(self, name: str, rows: Rows) -> None:
        """See `Encoder.check`."""
        check_padded(name, rows, None)

    def forward(self, rows: Padded) -> Tensor:
        """Return (B, D); each row has at least one token."""
        rows = self._laid_out(rows)
        states = self.model(input_ids=rows.values, attention_mask=rows.inside.long()).last_hidden_state
        if self.sequence is not None:
            pooled: Tensor = self.sequence(self._all_of(states, rows))
            return pooled
        total = states.masked_fill(~rows.inside.unsqueeze(-1), 0).sum(dim=1)
        mean: Tensor = self.config.scale * total / rows.lengths.unsqueeze(-1)
        return mean

    def _laid_out(self, rows: Padded) -> Padded:
        """The tokens with the model's padding, up to the number of positions that the released code reads."""
        released = self.config.sequence if self.config.sequence and self._reads_padding else None
        padding = self.model.config.pad_token_id or 0
        return Padded(rows.filled(padding, released.positions if released else None), rows.lengths)

    def _all_of(self, states: Tensor, rows: Padded) -> Padded:
        """The states as a sequence: those of padding count where the released code reads them."""
        lengths = (
            rows.lengths.new_full((len(states),), states.shape[1]) if self._reads_padding else rows.lengths
        )
        return Padded(states, lengths)

    @property
    def _reads_padding(self) -> bool:
        return self.config.sequence is not None and self.config.sequence.pool == "released"
