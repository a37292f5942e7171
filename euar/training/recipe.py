"""How to train, as data."""

from dataclasses import dataclass
from typing import Literal

from euar._checks import check_positive, check_word, is_number, shown


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """The settings of AdamW, its cosine schedule, and the choice of the epoch.

    Attributes:
        epochs: passes over the training split.
        batch_size: samples per step.
        lr: learning rate of the first step; it falls to 0 along a cosine.
        weight_decay: AdamW's decoupled decay.
        select: `"valid"` keeps the weights of the epoch that is best on the validation split, `"last"`
            those of the last epoch.
    """

    epochs: int = 100
    batch_size: int = 16
    lr: float = 1e-3
    weight_decay: float = 1e-4
    select: Literal["valid", "last"] = "valid"

    def __post_init__(self) -> None:
        check_positive("epochs", self.epochs)
        check_positive("batch_size", self.batch_size)
        if not (is_number(self.lr) and self.lr > 0):
            raise ValueError(f"lr: expected a finite number above 0, found {shown(self.lr)}")
        if not (is_number(self.weight_decay) and self.weight_decay >= 0):
            raise ValueError(
                f"weight_decay: expected a finite number of at least 0, found {shown(self.weight_decay)}"
            )
        check_word("select", self.select, ("valid", "last"))
