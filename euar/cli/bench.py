"""`euar bench`: measure how fast the layer is, with the benchmarks that the repository holds."""

import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Annotated

import typer

from euar.cli import SETTINGS
from euar.cli._console import explained, say

app = typer.Typer(**SETTINGS)


@app.command()
def bench(
    names: Annotated[
        list[str],
        typer.Argument(help="layer, predict, growth, skew, step, seeds, row, memory and where, or all."),
    ],
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "cpu",
    quick: Annotated[bool, typer.Option("--quick", help="Tiny sizes, to see that all runs.")] = False,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the records; results/benchmarks/DEVICE by default.")
    ] = None,
) -> None:
    """Compare our layer with a naive loop, other mixtures of experts and its floor, and record the ratios.

    Run it in a checkout of the repository, on a machine that does nothing else.
    """
    with explained():
        for path in _records(Path.cwd()).run(names, device, quick, out):
            say(str(path))


def _records(here: Path) -> ModuleType:
    """The module that runs the benchmarks of the checkout around a folder."""
    root = next((f for f in (here, *here.parents) if (f / "benchmarks" / "record.py").is_file()), None)
    if root is None:
        raise ValueError(
            f"bench: expected a checkout of the euar repository, found none at {here} or above; "
            "the wheel has no benchmarks: clone the repository and run this inside"
        )
    sys.path.insert(0, str(root))  # before whatever an installed package calls benchmarks
    return import_module("benchmarks.record")
