"""What the configurations of all systems share: fields, checks, the way to plain values and back."""

import dataclasses
from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self, get_args

from torch import nn

from euar._checks import check_positive, check_word, is_number, shown
from euar._layers import PROJECTIONS, Projection

Task = Literal["regression", "classification"]
TaskLoss = Literal["mse", "l1", "cross-entropy", None]

#: The losses that fit a task; the first is taken by default.
FITTING: dict[Task, tuple[TaskLoss, ...]] = {
    "regression": ("mse", "l1"),
    "classification": ("cross-entropy",),
}


class Config:
    """What `MultimodalModel` asks of a configuration; its children are frozen dataclasses with these fields.

    It declares the fields without being a dataclass, so that a child chooses their order and defaults;
    `SystemConfig` is the usual choice.
    """

    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]
    in_features: dict[str, int]
    dim: int
    projection: Projection
    task: Task
    outputs: int
    task_loss: TaskLoss
    task_weight: float

    def __post_init__(self) -> None:
        if not isinstance(self.in_features, Mapping):
            raise ValueError(f"in_features: expected {{modality: width}}, found {shown(self.in_features)}")
        object.__setattr__(self, "in_features", dict(self.in_features))
        if not self.in_features:
            raise ValueError("in_features: expected at least one modality, found none")
        for name, width in self.in_features.items():
            if not isinstance(name, str) or not name:
                raise ValueError(f"in_features: expected the name of a modality, found {shown(name)}")
            check_positive(f"in_features[{name!r}]", width)
        for name in ("outputs", "dim"):
            check_positive(name, getattr(self, name))
        check_word("projection", self.projection, PROJECTIONS)
        if self.projection == "none" and set(self.in_features.values()) != {self.dim}:
            found = ", ".join(map(str, self.in_features.values()))
            raise ValueError(f"projection: expected features {self.dim} wide for 'none', found {found}")
        check_word("task", self.task, get_args(Task))
        check_word("task_loss", self.task_loss, (None, *FITTING[self.task]))
        if self.task == "classification" and self.outputs < 2:
            raise ValueError(f"outputs: expected at least 2 classes, found {self.outputs}")
        self.check_weights("task_weight")

    def check_weights(self, *names: str) -> None:
        """Raise a ValueError unless each of these fields is a finite number of at least 0."""
        for name in names:
            if not (is_number(getattr(self, name)) and getattr(self, name) >= 0):
                raise ValueError(f"{name}: expected a finite number >= 0, found {shown(getattr(self, name))}")

    def to_dict(self) -> dict[str, Any]:
        """All fields as plain values, ready for JSON."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`, also after a trip through JSON.

        Raises:
            ValueError: a field that the configuration does not have.
        """
        known = sorted(field.name for field in dataclasses.fields(cls))
        for name in fields:
            check_word(f"field of {cls.__name__}", name, known)
        return cls(**{name: tuple(v) if isinstance(v, list) else v for name, v in fields.items()})

    def build(self) -> nn.Module:
        """A freshly initialised model."""
        raise NotImplementedError(f"{type(self).__name__} needs a build() that returns its model")


@dataclasses.dataclass(frozen=True)
class SystemConfig(Config):
    """The fields that every system has; a system adds those that act in it, and `build`.

    Attributes:
        in_features: width of each modality's features; its order is the order of fusion.
        dim: D, width of the projected features.
        projection: features to D: `"linear-norm"` (Linear + LayerNorm), `"linear"`, `"linear-nobias"`, or
            `"none"` for features that are D wide.
        task: `"regression"` or `"classification"`.
        outputs: numbers to predict, or classes.
        task_loss: `"mse"` or `"l1"`, or `"cross-entropy"` for classification; None takes the first that fits.
        task_weight: factor of the task's loss.
    """

    in_features: dict[str, int]
    dim: int = 64
    projection: Projection = "linear-norm"
    task: Task = "regression"
    outputs: int = 1
    task_loss: TaskLoss = None
    task_weight: float = 1.0
