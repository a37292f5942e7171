"""The command line: a module for each command, loaded when the command is called.

Each reads its options, calls one function, and prints.
"""

import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

try:
    import rich  # noqa: F401  every command prints with it
    import typer
except ModuleNotFoundError as error:
    raise SystemExit(f'euar: the command line needs {error.name}; run: pip install "euar[cli]"') from None

from euar import __version__
from euar.cli._console import Explained, start

#: {command: what `euar --help` says of it}, in its order. The command is the `app` of the module of its name.
COMMANDS = {
    "train": "Train EUAR, or systems to compare, for several seeds, beside the linear baselines.",
    "compare": "Say whether two trained systems differ, over seeds and test rows.",
    "predict": "Predict new rows with a trained run, with their ids.",
    "data": "List, get, check and convert data sets; write a template of your own.",
    "features": "Extract features from texts, pictures and sounds.",
    "experiment": "Measure what the results of an experiment do not hold yet.",
    "results": "Print measured results, or write them as CSV, JSON or LaTeX.",
    "table": "Measure a table of the paper, and print it beside the paper's numbers.",
    "figure": "Measure a figure of the paper, draw it, and print its numbers.",
    "figures": "Write the figures of the built book to a folder.",
    "bench": "Measure how fast the layer is, beside a naive loop and other mixtures.",
}
#: Settings of every `typer.Typer` of the command line.
SETTINGS: dict[str, Any] = {
    "add_completion": False,
    "pretty_exceptions_enable": False,
    "context_settings": {"help_option_names": ["-h", "--help"]},
}


class _OnDemand(Explained):
    """Its commands are known by name and one line; a module is imported when its command is called."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, command, rest = super().resolve_command(ctx, args)
        if name in COMMANDS:
            command = typer.main.get_command(import_module(f"euar.cli.{name}").app)
        return name, command, rest


app = typer.Typer(cls=_OnDemand, no_args_is_help=True, **SETTINGS)
for _name, _line in COMMANDS.items():
    app.command(_name, help=_line)(lambda: None)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"euar {__version__}")
        raise typer.Exit


@app.callback()
def _euar(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """EUAR: Gaussian experts with uncertainty-aware routing."""


def main() -> None:
    """Run the command line; modules of the current folder can be named in its options."""
    start(sys.argv[1:])
    with suppress(FileNotFoundError):  # another process has removed it
        sys.path.append(str(Path.cwd()))
    app()
