"""How to train, as data."""

from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from euar._checks import check_positive, check_share, check_word, is_number, shown

Precision = Literal["32-true", "bf16-mixed"]

#: Later fields stand in a record only where they are not as they were before there were any.
_ALWAYS = ("epochs", "batch_size", "lr", "weight_decay", "select")


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """The settings of AdamW, its rates, the computation of a step, and the choice of the epoch.

    Attributes:
        epochs: passes over the training split, at most.
        batch_size: samples per step.
        lr: the highest learning rate; it falls to 0 along a cosine. A model may have others for some of its
            parameters, see `optimizer.adamw`.
        weight_decay: AdamW's decoupled decay.
        select: `"valid"` keeps the weights of the epoch that is best on the validation split, `"last"`
            those of the last epoch.
        warmup: the share of all steps, from 0 to below 1, over which the rates first rise from 0, linearly.
        patience: end after so many epochs without a better one on the validation split; None: never.
        accumulate: parts of a batch that are computed one after another, where the whole needs too much
            memory. A step has `batch_size` samples all the same.
        precision: `"32-true"`, or `"bf16-mixed"` for PyTorch's automatic mixed precision; validation and
            predictions are in float32 always.
        compile: whether `torch.compile` makes one graph of model and loss, for any number of rows. The model
            gets no generator then, for no graph holds one: what it draws comes from torch's own stream.
    """

    epochs: int = 100
    batch_size: int = 16
    lr: float = 1e-3
    weight_decay: float = 1e-4
    select: Literal["valid", "last"] = "valid"
    warmup: float = 0.0
    patience: int | None = None
    accumulate: int = 1
    precision: Precision = "32-true"
    compile: bool = False

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size", "accumulate"):
            check_positive(name, getattr(self, name))
        if not (is_number(self.lr) and self.lr > 0):
            raise ValueError(f"lr: expected a finite number above 0, found {shown(self.lr)}")
        if not (is_number(self.weight_decay) and self.weight_decay >= 0):
            raise ValueError(
                f"weight_decay: expected a finite number of at least 0, found {shown(self.weight_decay)}"
            )
        check_share("warmup", self.warmup)
        check_word("select", self.select, ("valid", "last"))
        check_word("precision", self.precision, ("32-true", "bf16-mixed"))
        if not isinstance(self.compile, bool):
            raise ValueError(f"compile: expected True or False, found {shown(self.compile)}")
        self._check_patience()

    def to_dict(self) -> dict[str, Any]:
        """Return the settings as plain values; those that came later, only where they are not the default.

        Example:
            >>> Recipe(warmup=0.1).to_dict()["warmup"], "patience" in Recipe().to_dict()
            (0.1, False)
        """
        usual = {field.name: field.default for field in fields(self) if field.name not in _ALWAYS}
        return {name: value for name, value in asdict(self).items() if (name, value) not in usual.items()}

    def _check_patience(self) -> None:
        if self.patience is None:
            return
        check_positive("patience", self.patience)
        if self.select == "last":
            found = f"{self.patience}; leave it out"
            raise ValueError(
                f"patience: expected None with select='last', which nothing betters, found {found}"
            )
