"""The examples in the docstrings of method, metrics, training, statistics and systems run as they stand."""

import doctest
import importlib
import pkgutil
from types import ModuleType

import pytest

from euar import systems
from euar.experiments import statistics
from euar.systems import registry

MODULES = (
    "euar.experts",
    "euar.gating",
    "euar.losses",
    "euar.moe",
    "euar.model",
    "euar.intervals",
    "euar.systems.registry",
    "euar.encoders.end_to_end",
    "euar.encoders.features",
    "euar.encoders.sequence",
    "euar.training.fit",
    "euar.training.metrics",
    "euar.training.predict",
    "euar.training.predictions",
    "euar.training.preprocessing",
    "euar.training.raw_source",
    "euar.training.saved",
    "euar.training.targets",
    *(
        f"{statistics.__name__}.{found.name}"
        for found in pkgutil.iter_modules(statistics.__path__)
        if not found.name.startswith("_")
    ),
)


#: May do without examples; those they have run.
SYSTEMS = tuple(found.name for found in pkgutil.iter_modules(systems.__path__, f"{systems.__name__}."))


def examples_of(module: ModuleType) -> list[doctest.DocTest]:
    return doctest.DocTestFinder().find(module)


def needs_example(value: object, module: ModuleType) -> bool:
    """Whether it is a function or class of the module that acts; records and protocols only declare."""
    if not callable(value) or getattr(value, "__module__", None) != module.__name__:
        return False
    record = hasattr(value, "_fields") and not any(
        callable(member) for name, member in vars(value).items() if not name.startswith("_")
    )
    return not record and not getattr(value, "_is_protocol", False)


def public(module: ModuleType) -> list[str]:
    """The names of a module that need an example."""
    return [
        f"{module.__name__}.{name}"
        for name, value in vars(module).items()
        if not name.startswith("_") and needs_example(value, module)
    ]


@pytest.fixture(params=MODULES)
def module(request):
    return importlib.import_module(request.param)


@pytest.mark.parametrize("name", sorted({*MODULES, *SYSTEMS}))
def test_examples_run(name, monkeypatch):
    monkeypatch.setattr(registry, "SYSTEMS", registry.Registry("euar.systems"))  # an example adds to it
    runner = doctest.DocTestRunner()
    for test in examples_of(importlib.import_module(name)):
        runner.run(test)
    assert runner.summarize(verbose=False).failed == 0


def test_each_public_name_has_a_short_example(module):
    lines = {
        test.name: sum((each.source + each.want).count("\n") for each in test.examples)
        for test in examples_of(module)
    }
    missing = [name for name in public(module) if not lines.get(name)]
    assert not missing
    assert not [name for name, count in lines.items() if count > 6]
