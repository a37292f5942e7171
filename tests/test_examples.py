"""The examples in docstrings of method, systems, encoders, training and statistics run as they stand."""

import doctest
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from types import ModuleType

import pytest

from euar import encoders, systems
from euar.experiments import statistics
from euar.systems import registry
from euar.systems.config import Config


def modules_of(package: ModuleType) -> Iterator[str]:
    for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        if not found.name.rpartition(".")[2].startswith("_"):
            yield found.name


MODULES = (
    "euar.experts",
    "euar.gating",
    "euar.losses",
    "euar.moe",
    "euar.model",
    "euar.intervals",
    "euar.training.fit",
    "euar.training.metrics",
    "euar.training.predict",
    "euar.training.predictions",
    "euar.training.preprocessing",
    "euar.training.raw_source",
    "euar.training.saved",
    "euar.training.targets",
    *modules_of(systems),
    *modules_of(encoders),
    *modules_of(statistics),
)


def examples_of(module: ModuleType) -> list[doctest.DocTest]:
    return doctest.DocTestFinder().find(module)


def acts(value: object, module: ModuleType) -> bool:
    """Whether it is a function or class of the module to call; records, protocols and bases only declare."""
    if not callable(value) or getattr(value, "__module__", None) != module.__name__:
        return False
    record = hasattr(value, "_fields") and not any(
        callable(member) for name, member in vars(value).items() if not name.startswith("_")
    )
    base = inspect.isabstract(value) or getattr(value, "build", None) is Config.build
    return not (record or base or getattr(value, "_is_protocol", False))


def public(module: ModuleType) -> dict[str, set[str]]:
    """{name that needs an example: where it may stand}: a configuration and what it builds share theirs.

    Checks, which return nothing, need none.
    """
    names = {name: value for name, value in vars(module).items() if acts(value, module)}
    shared = {name: {name} for name in names if not name.startswith(("_", "check_"))}
    for name, value in names.items():
        if hasattr(value, "build"):
            built = inspect.get_annotations(value.build)["return"]  # a type, or its name
            both = {name, getattr(built, "__name__", built)}
            for one in both & shared.keys():
                shared[one] |= both
    return shared


@pytest.fixture(params=MODULES)
def module(request):
    return importlib.import_module(request.param)


def test_examples_run(module, monkeypatch):
    monkeypatch.setattr(registry, "SYSTEMS", registry.Registry("euar.systems"))  # an example adds to it
    runner = doctest.DocTestRunner()
    for test in examples_of(module):
        runner.run(test)
    assert runner.summarize(verbose=False).failed == 0


def test_each_public_name_has_a_short_example(module):
    lines = {
        test.name.removeprefix(f"{module.__name__}."): sum(
            (each.source + each.want).count("\n") for each in test.examples
        )
        for test in examples_of(module)
    }
    assert [name for name, places in public(module).items() if not any(map(lines.get, places))] == []
    assert [name for name, count in lines.items() if count > 6] == []
