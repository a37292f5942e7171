"""What all commands share: how they print, and how they explain what went wrong."""

import io
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console, RenderableType
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.text import Text
from typer.core import TyperGroup

if TYPE_CHECKING:
    from euar.data.readers.contract import Nan

_PACKAGE = Path(__file__).parents[1]
#: What a terminal obeys, or lets run backwards, instead of showing it -> how it is shown.
_OBEYED = {
    code: chr(code).encode("unicode_escape").decode()
    for code in (*range(9), *range(11, 32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A))
}


@contextmanager
def explained() -> Iterator[None]:
    """Turn what a user can mend into one readable block and an exit status, and warnings into lines."""
    try:
        with _warnings_in_words():
            yield
    except KeyboardInterrupt:
        fail("stopped; the same command continues here", code=130)
    except ValueError as error:  # DataError among them
        fail(str(error), code=2)
    except (OSError, _training_error()) as error:
        fail("\n".join([str(error), *getattr(error, "__notes__", ())]), code=1)


@contextmanager
def _warnings_in_words() -> Iterator[None]:
    """Print each warning of this package once, as a sentence; those of others stay as they are."""
    with warnings.catch_warnings():
        show_others = warnings.showwarning

        def show_ours(message: Warning | str, category: type[Warning], filename: str, *rest: Any) -> None:
            if Path(filename).is_relative_to(_PACKAGE):
                warn(f"euar: {message}")
            else:
                show_others(message, category, filename, *rest)

        warnings.filterwarnings("default", category=UserWarning, module=r"euar\b")
        warnings.showwarning = show_ours  # type: ignore[assignment]
        yield


def _training_error() -> type[Exception]:
    """What a training raises; to import it takes seconds, which `euar --help` does without."""
    from euar.training import TrainingError

    return TrainingError


class Explained(TyperGroup):
    """A group whose commands are `explained`, whichever of them forgets it."""

    def make_context(self, *args: Any, **settings: Any) -> Any:
        """Read the arguments; an interrupt meanwhile is said, too, where typer would leave without a word."""
        try:
            return super().make_context(*args, **settings)
        except KeyboardInterrupt:
            fail("stopped", code=130)

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        with explained():
            return super().invoke(ctx)


def fail(text: str, code: int) -> None:
    """Say what went wrong on standard error and leave with an exit status."""
    warn(f"euar: {text}")
    raise typer.Exit(code)


class _Visible(Console):
    """A console on which all text is seen, see `visible`."""

    def render_str(self, text: str, **options: Any) -> Text:
        """Return the text as it is shown; every cell and title of a table passes here."""
        return super().render_str(visible(text), **options)


def show(*parts: RenderableType) -> None:
    """Print tables; what stands in their cells is text, not markup, and nothing that a terminal obeys."""
    _Visible(markup=False, emoji=False, highlight=False).print(*parts)


def visible(text: str) -> str:
    """Return text whose letters a terminal shows: names from files may hold others, such as ESC."""
    return text.translate(_OBEYED)


def start(arguments: list[str]) -> None:
    """Let any terminal show any letter, and refuse arguments that are empty: as a path one is this folder."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    for place, argument in enumerate(arguments):
        option, equals, value = argument.partition("=")
        if not argument.strip() or (option.startswith("--") and equals and not value.strip()):
            name = option.strip() or (arguments[place - 1] if place else "argument")
            raise SystemExit(f"euar: {name}: expected a value, found an empty one; is a variable not set?")


def say(text: str) -> None:
    """Print plain text, see `visible`."""
    print(visible(text))  # noqa: T201  no wrapping, no markup


def nan_word(word: str) -> "Nan":
    """Return the word of an option `--nan`, checked."""
    words: dict[str, Nan] = {"refuse": "refuse", "zero": "zero"}
    if word not in words:
        raise ValueError(f"--nan: expected refuse or zero, found {word!r}")
    return words[word]


def warn(text: str) -> None:
    """Print plain text on standard error, see `visible`."""
    print(visible(text), file=sys.stderr)  # noqa: T201  no wrapping, no markup: paths stay whole


@contextmanager
def progress_bytes() -> Iterator[Callable[[str, int, int | None], None] | None]:
    """Give the block a function `progress(name, done, total)` in bytes; None where there is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, TaskID] = {}

        def progress(name: str, done: int, total: int | None) -> None:
            if name not in tasks:
                tasks[name] = bar.add_task(name, total=total)
            bar.update(tasks[name], completed=done, total=total)

        yield progress
