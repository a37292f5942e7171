"""What an encoder is: a module that turns the raw rows of one modality into vectors, and trains along."""

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, Self

from torch import Tensor, nn

from euar._checks import check_word, shown
from euar.encoders.padded import Padded, Rows


class Encoder(nn.Module, ABC):
    """Raw rows of a modality to (B, width) features.

    Attributes:
        width: of the features.
    """

    width: int

    def __init__(self) -> None:
        super().__init__()
        self._frozen: list[nn.Module] = []

    @abstractmethod
    def forward(self, rows: Any) -> Tensor:
        """Return (B, width); a row's features depend on that row alone in evaluation.

        Args:
            rows: as the encoder takes them, see its class.
        """

    @abstractmethod
    def check(self, name: str, rows: Rows) -> None:
        """Raise a ValueError that begins with `name` unless rows are what `forward` takes."""

    def blocks(self) -> Sequence[nn.Module]:
        """The blocks that can be frozen, lowest first; none by default."""
        return ()

    def freeze(self, lowest: int) -> None:
        """Leave the lowest blocks as they are from now on: no gradient, no dropout, no new statistics.

        Args:
            lowest: how many of `blocks`.

        Raises:
            ValueError: there are fewer.
        """
        blocks = self.blocks()
        if lowest > len(blocks):
            raise ValueError(f"frozen: expected at most {len(blocks)} blocks, found {lowest}")
        self._frozen = list(blocks[:lowest])
        for block in self._frozen:
            block.requires_grad_(False)
        self.train(self.training)

    def train(self, mode: bool = True) -> Self:
        """Set the mode of all but the frozen blocks, which stay in evaluation."""
        super().train(mode)
        for block in self._frozen:
            block.eval()
        return self


class EncoderConfig(ABC):
    """What the configurations of encoders, frozen dataclasses, share."""

    __dataclass_fields__: dict[str, dataclasses.Field[Any]]

    @abstractmethod
    def build(self) -> Encoder:
        """An encoder, with its pretrained weights where it has some."""

    def to_dict(self) -> dict[str, Any]:
        """All fields as plain values, ready for JSON."""
        return dataclasses.asdict(self)  # type: ignore[call-overload,no-any-return]

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`, also after a trip through JSON.

        Raises:
            ValueError: a field that the configuration does not have.
        """
        known = sorted(field.name for field in dataclasses.fields(cls))  # type: ignore[arg-type]
        for name in fields:
            check_word(f"field of {cls.__name__}", name, known)
        return cls(**fields)


def check_natural(name: str, number: object) -> None:
    """Raise unless a value is an int of at least 0."""
    if not isinstance(number, int) or isinstance(number, bool) or number < 0:
        raise ValueError(f"{name}: expected an int of at least 0, found {shown(number)}")


def check_text(name: str, value: object) -> None:
    """Raise unless a value is a text that is not empty."""
    if not isinstance(value, str) or not value:
        raise ValueError(f"{name}: expected a text, found {shown(value)}")


def check_padded(name: str, rows: Rows, width: int | None) -> None:
    """Raise unless rows are sequences, with at least one position each.

    Args:
        name: what to call them.
        rows: to check.
        width: d of frames; None for tokens.
    """
    expected = "Padded tokens (B, T) int64" if width is None else f"Padded frames (B, T, {width}) float"
    if not isinstance(rows, Padded):
        raise ValueError(f"{name}: expected {expected}, found {type(rows).__name__}")
    values, lengths = rows
    tokens = values.ndim == 2 and not values.is_floating_point()
    frames = values.ndim == 3 and values.shape[2] == width and values.is_floating_point()
    if not (tokens if width is None else frames):
        raise ValueError(f"{name}: expected {expected}, found {values.dtype} {tuple(values.shape)}")
    if lengths.is_floating_point() or lengths.shape != values.shape[:1]:
        expected, found = f"lengths ({len(values)},) int64", f"{lengths.dtype} {tuple(lengths.shape)}"
        raise ValueError(f"{name}: expected {expected}, found {found}")
