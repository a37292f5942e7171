"""Which corruption to apply before features are extracted, as a value."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

import numpy as np

from euar.data import _inputs
from euar.data.corruption import add_noise, blank_words, noise_applies
from euar.data.errors import DataError

Kind = Literal["gaussian", "salt-pepper", "blank"]
_KINDS = {"gaussian": ("image", "depth"), "salt-pepper": ("image", "depth"), "blank": ("text",)}


@dataclass(frozen=True)
class Corruption:
    """Noise of one kind and strength; see `euar.data.corruption` for what each does.

    Attributes:
        kind: "gaussian" or "salt-pepper" (pictures), "blank" (words).
        strength: epsilon.
        seed: of the draws.
        p: the probability with which each sample's modality is corrupted.

    Raises:
        DataError: an unknown kind, or numbers out of range.
    """

    kind: Kind
    strength: float
    seed: int = 0
    p: float = 0.5

    def __post_init__(self) -> None:
        if not isinstance(self.kind, str) or self.kind not in _KINDS:
            found, remedy = _inputs.shown(self.kind), "for instance gaussian:10"
            raise DataError("corruption", "kind", " | ".join(_KINDS), found, remedy)
        _inputs.check_number("corruption", "strength", self.strength)
        _inputs.check_number("corruption", "p", self.p, most=1)
        _inputs.check_whole("corruption", seed=self.seed)

    @classmethod
    def parse(cls, text: str, seed: int = 0, p: float = 0.5) -> "Corruption":
        """Return the corruption that "KIND:STRENGTH" names, such as "gaussian:10"."""
        kind, _, strength = text.partition(":")
        try:
            number = float(strength)
        except ValueError as error:
            expected = f"KIND:STRENGTH with KIND one of {', '.join(_KINDS)}"
            raise DataError(
                "corruption", "noise", expected, repr(text), "for instance gaussian:10"
            ) from error
        return cls(cast(Kind, kind), number, seed, p)  # which __post_init__ checks

    def __str__(self) -> str:
        return f"{self.kind}:{_digits(self.strength)}:seed{self.seed}:p{_digits(self.p)}"

    def fits(self, kind: str) -> bool:
        """Tell whether raw content of this kind can be corrupted so."""
        return kind in _KINDS[self.kind]

    def hits(self, ids: np.ndarray, modality: str) -> np.ndarray:
        """Return which rows it corrupts, bool (n,)."""
        return noise_applies(ids, modality, self.seed, self.p)

    def apply(self, item: str | np.ndarray | Path, id: str, modality: str) -> str | np.ndarray:
        """Return a text or picture with the noise.

        Raises:
            DataError: it is not for this kind of item, see `fits`.
        """
        if self.kind == "blank" and isinstance(item, str):
            return blank_words(item, id, modality, self.strength, self.seed)
        if self.kind != "blank" and isinstance(item, np.ndarray):
            return add_noise(item, id, modality, self.kind, self.strength, self.seed)
        expected, remedy = f"a modality of kind {' or '.join(_KINDS[self.kind])}", "choose another corruption"
        raise DataError(id, modality, f"{expected} for {self.kind}", type(item).__name__, remedy)


def _digits(number: float) -> str:
    """Return all digits of a number, so that no two are written alike; 10.0 is "10"."""
    return repr(float(number)).removesuffix(".0")
