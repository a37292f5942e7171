"""The compared systems by name: those of this package, and whatever is registered or named from outside.

A module of `euar.systems` puts its `System` at its top level and is found; nothing else lists it. The modules
are imported when someone first looks into `SYSTEMS`.
"""

import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any, Literal, Protocol, get_args

from torch import nn

from euar._checks import check_word, shown
from euar.systems.config import Task

#: What a system is to EUAR, in the order of tables: a preset of it; EUAR with a part replaced; plain fusion
#: of features or predictions; a published method.
Kind = Literal["EUAR", "control", "fusion", "published"]


class BuildsModel(Protocol):
    """A configuration, as `fit` takes it."""

    def build(self) -> nn.Module:
        """A freshly initialised model with `MultimodalModel`'s forward and loss."""

    def to_dict(self) -> dict[str, Any]:
        """All fields as plain values."""


@dataclass(frozen=True, kw_only=True)
class System:
    """A system to compare, as data.

    Attributes:
        name: for commands and results.
        label: for tables and pictures.
        config: `config(in_features=…, task=…, outputs=…, **changes)` returns a configuration.
        tasks: those it can learn.
        min_modalities: how many it needs.
        source: where it comes from: a paper, an equation, a file.
        faithful: what follows the source, and what is adapted.
        kind: see `Kind`; tables are ordered by it.

    Example:
        >>> config = find("concat").configure({"text": 768, "audio": 88}, task="classification", outputs=3)
        >>> config.to_dict()["outputs"]
        3
    """

    name: str
    label: str
    config: Callable[..., BuildsModel]
    tasks: tuple[Task, ...] = get_args(Task)
    min_modalities: int = 1
    source: str
    faithful: str
    kind: Kind = "published"

    def configure(
        self, in_features: Mapping[str, int], task: Task = "regression", outputs: int = 1, **changes: Any
    ) -> BuildsModel:
        """Return a configuration that fits some data.

        Args:
            in_features: width of each modality's features.
            task: `"regression"` or `"classification"`.
            outputs: numbers to predict, or classes.
            **changes: other fields of the configuration.

        Raises:
            ValueError: a task or a number of modalities that the system does not take, or a field that its
                configuration refuses.
        """
        check_word(f"{self.name}: task", task, self.tasks)
        if not isinstance(in_features, Mapping):
            raise ValueError(f"in_features: expected {{modality: width}}, found {shown(in_features)}")
        if len(in_features) < self.min_modalities:
            raise ValueError(
                f"{self.name}: in_features: expected at least {self.min_modalities} modalities, "
                f"found {len(in_features)}: {', '.join(map(str, in_features)) or 'none'}"
            )
        fits = {"in_features": dict(in_features), "task": task, "outputs": outputs}
        known = self.config(**fits).to_dict() if changes else {}
        for name in changes.keys() - known.keys():
            raise ValueError(f"{name}: {self.name} has no such field; it has {', '.join(known)}")
        return self.config(**fits, **changes)

    @property
    def stacks(self) -> bool:
        """Whether several seeds may train as one program, see `MultimodalModel.stacks`."""
        some = {f"m{i}": 1 for i in range(self.min_modalities)}
        task = self.tasks[0]
        model = self.configure(some, task, outputs=2 if task == "classification" else 1).build()
        return bool(getattr(model, "stacks", False))


class Registry(Mapping[str, System]):
    """Systems by name, ordered by kind, then as found: modules by name, then those from outside.

    Args:
        package: whose modules hold systems.

    Example:
        >>> [name for name, system in SYSTEMS.items() if system.kind == "EUAR"]
        ['default', 'paper', 'released', 'calibrated']
    """

    def __init__(self, package: str):
        self._package = package
        self._systems: dict[str, System] | None = None

    def add(self, system: System) -> None:
        """Add a system; errors: `register`."""
        self._systems = _with(self._found(), system)

    def __getitem__(self, name: str) -> System:
        return self._found()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found())

    def __len__(self) -> int:
        return len(self._found())

    def _found(self) -> dict[str, System]:
        if self._systems is None:
            systems: dict[str, System] = {}
            for system in _held_by(self._package):
                systems = _with(systems, system)
            self._systems = systems  # only now: a module that fails to load must fail at the next look, too
        return self._systems


#: All systems by name; `register` adds to it.
SYSTEMS = Registry(__name__.rpartition(".")[0])


def register(system: System) -> None:
    """Add a system from outside the package.

    Raises:
        ValueError: its name or label is taken, or its name is empty or holds a colon.

    Example:
        >>> config = find("concat").config
        >>> register(System(name="ours", label="Ours", config=config, source="a note", faithful="all of it"))
        >>> find("ours").label
        'Ours'
    """
    SYSTEMS.add(system)


def find(name: str) -> System:
    """Return a system by its name in `SYSTEMS`, or from any module on the path.

    Args:
        name: such as `"concat"`, or `module:attribute`, where the attribute is a `System`, or a
            configuration's class or function, which then takes every task and number of modalities.

    Raises:
        ValueError: no such name, module or attribute, or the attribute is neither.

    Example:
        >>> find("concat").label, find("euar.model:EUARConfig").label
        ('concat', 'EUARConfig')
    """
    if name in SYSTEMS:
        return SYSTEMS[name]
    module, colon, attribute = name.partition(":")
    if not (module and colon and attribute):
        raise ValueError(f"system: expected one of {', '.join(SYSTEMS)}, or module:attribute, found {name!r}")
    found = getattr(_imported(module), attribute, None)
    if isinstance(found, System):
        return found
    if not callable(found):
        raise ValueError(
            f"system: expected {attribute!r} of module {module!r} to be a System or a configuration, found "
            f"{'nothing of that name' if found is None else type(found).__name__}; registered are "
            f"{', '.join(SYSTEMS)}"
        )
    return System(name=name, label=attribute, config=found, source=name, faithful="not described")


def _imported(module: str) -> ModuleType:
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module}.".startswith(f"{error.name}."):
            raise  # the module is there, and needs another that is not
        raise ValueError(
            f"system: expected a module that can be imported, found {module!r}; put its folder on "
            f"PYTHONPATH, or take one of {', '.join(SYSTEMS)}"
        ) from error


def _held_by(package: str) -> Iterator[System]:
    for info in pkgutil.iter_modules(import_module(package).__path__, f"{package}."):
        for value in vars(import_module(info.name)).values():
            if isinstance(value, System):
                yield value


def _with(systems: Mapping[str, System], system: System) -> dict[str, System]:
    """The systems and one more, ordered by kind."""
    if not system.name or ":" in system.name:
        raise ValueError(f"name: expected some letters without a colon, found {system.name!r}")
    for field in ("name", "label"):
        taken = [getattr(known, field) for known in systems.values()]
        if getattr(system, field) in taken:
            raise ValueError(
                f"{field}: expected none of {', '.join(taken)}, found {getattr(system, field)!r}"
            )
    every = sorted((*systems.values(), system), key=lambda each: get_args(Kind).index(each.kind))
    return {each.name: each for each in every}
