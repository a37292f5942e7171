"""In which format a command prints what it found."""

from collections.abc import Callable
from typing import Any

from euar.experiments import export

_WRITERS: dict[str, Callable[..., str]] = {
    "csv": export.to_csv,
    "json": export.as_json,
    "latex": export.to_latex,
}


def chosen_writer(command: str, **flags: bool) -> Callable[[Any], str] | None:
    """Return what writes the format that a flag asks for; None where none does.

    Args:
        command: its name.
        **flags: of its formats, each whether it was given: csv, json, latex.

    Raises:
        ValueError: several were given.
    """
    given = [name for name, is_given in flags.items() if is_given]
    if len(given) > 1:
        *first, last = (f"--{name}" for name in flags)
        found = "both" if len(flags) == 2 else "several"
        raise ValueError(f"{command}: expected one of {', '.join(first)} and {last}, found {found}")
    return _WRITERS[given[0]] if given else None
