"""Train a system with some fields of its configuration changed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from euar.data import MultimodalDataset
from euar.experiments.train import Train, configure


@dataclass(frozen=True, kw_only=True)
class Changed(Train):
    """A system of the registry, changed in some fields, as data.

    Attributes:
        changes: {field of the configuration: value}; what the data decide (`in_features`, `task`, `outputs`)
            may be among them, as in a configuration that was written down, and must then fit the data.
    """

    changes: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The system, and what is changed."""
        words = (f"{name}={_word(value)}" for name, value in self.changes.items() if name != "in_features")
        return "; ".join((self.system, *words))

    def config(self, dataset: MultimodalDataset) -> Any:
        """Return the system's configuration for a data set, changed.

        Raises:
            ValueError: a field that the system lacks or refuses, or one that the data decide otherwise.
        """
        plain = super().config(dataset)
        decided = {name: getattr(plain, name) for name in ("in_features", "task", "outputs")}
        for name in decided.keys() & self.changes:
            if self.changes[name] != decided[name]:
                expected, found = decided[name], self.changes[name]
                raise ValueError(
                    f"{name}: expected {expected!r}, as in the data, found {found!r}; leave it out"
                )
        return configure(self.system, dataset, {n: v for n, v in self.changes.items() if n not in decided})


def named(system: str, changes: Iterable[tuple[str, Any]]) -> str:
    """Return the name of a system that differs in some fields, where pairs say in which.

    Example:
        >>> named("calibrated", (("noisy", 0.0),))
        'calibrated; noisy 0.0'
    """
    return "; ".join([system, *(f"{field} {value}" for field, value in changes)])


def _word(value: Any) -> str:
    return ",".join(f"{part:g}" for part in value) if isinstance(value, tuple) else str(value)
