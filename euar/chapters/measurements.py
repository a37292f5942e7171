"""What can be measured, by name: every chapter that has a `measure.py`, and modules from outside."""

import pkgutil
from importlib import import_module
from importlib.util import find_spec

from euar import chapters
from euar.experiments.measurement import Measurement


def names() -> list[str]:
    """Return the chapters that measure something; an experiment bears the name of its chapter."""
    rooms = [room.name for room in pkgutil.iter_modules(chapters.__path__) if room.ispkg]
    return [room for room in rooms if find_spec(f"euar.chapters.{room}.measure")]


def measurements(name: str) -> tuple[str, list[Measurement]]:
    """Return the name under which results are kept, and what an experiment asks for.

    Args:
        name: a chapter, or the dotted name of a module that can be imported; its function `measurements`
            returns the list, and its last part is the experiment's name.

    Raises:
        ValueError: an unknown name, or a module without that function.
    """
    known = names()
    if name not in known and "." not in name:
        raise ValueError(f"experiment: expected one of {', '.join(known)}, or package.module, found {name!r}")
    module = f"euar.chapters.{name}.measure" if name in known else name
    try:
        asked = import_module(module).measurements
    except (ModuleNotFoundError, AttributeError) as error:
        expected = "a module with a function measurements() that can be imported"
        raise ValueError(f"experiment {name!r}: expected {expected}; {error}") from error
    once = {repr(one): one for one in asked()}  # two lists of a chapter may meet in one setting
    return name.rpartition(".")[2], [*once.values()]
