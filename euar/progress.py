"""A progress bar on the terminal, where there is one."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec

Tick = Callable[[str, float], object]


def silent(_text: str, _steps: float) -> None:
    """Take a tick where nobody looks."""


@contextmanager
def progress_bar(wanted: bool | None, total: int) -> Iterator[Tick]:
    """Give the block a function `tick(text, steps)` that moves a bar of `total` steps and says `text`.

    Args:
        wanted: None shows the bar if standard error is a terminal and rich is installed.
        total: steps in all.

    Raises:
        ValueError: `wanted` is something else.
    """
    if not isinstance(wanted, bool | None):
        raise ValueError(f"progress: expected True, False or None, found {type(wanted).__name__}")
    if wanted is None:
        wanted = sys.stderr.isatty() and find_spec("rich") is not None
    if not wanted:
        yield silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda text, steps: bar.update(task, description=text, advance=steps)
