"""`euar predict`: what a trained run says about new rows."""

from pathlib import Path
from typing import Annotated

import typer

from euar.cli import SETTINGS
from euar.cli._console import explained, nan_word, say
from euar.data import DataError, load, storage
from euar.data.readers.own import folder
from euar.systems import registry
from euar.training import load_run

app = typer.Typer(**SETTINGS)


@app.command()
def predict(  # noqa: PLR0913  one argument for each option
    run: Annotated[Path, typer.Argument(help="Folder of a training (train --out), or of one of its seeds.")],
    new: Annotated[str, typer.Argument(help="Rows in any format that is read, with or without labels.")],
    out: Annotated[Path, typer.Option(help="The CSV file to write.")],
    variant: Annotated[str | None, typer.Option(help="The source's variant, where it has several.")] = None,
    routing: Annotated[
        bool, typer.Option("--routing", help="Also chosen experts and their weights.")
    ] = False,
    sigma: Annotated[bool, typer.Option("--sigma", help="Also each modality's standard deviation.")] = False,
    nan: Annotated[str, typer.Option("--nan", help="NaN among features: refuse, or zero.")] = "refuse",
    system: Annotated[
        str | None, typer.Option(help="module:Class, if the run is of a system of your own.")
    ] = None,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
) -> None:
    """Predict the rows of NEW with a trained RUN and write a table with their ids.

    Features are scaled as those that the run was trained on, and ratings come in its labels' units. Of
    several seeds it writes means. NEW may be features alone: one NPZ, HDF5 or CSV file, or a folder of them,
    with the names that the modalities had in training.
    """
    with explained():
        if system is not None:
            registry.find(system)  # imports its module
        if Path(new).exists():  # else the name of a set
            storage.check_other(out, Path(new))
            _check_place(out, Path(new))
        trained = load_run(run, device=device)
        rows = load(new, variant=variant, nan=nan_word(nan), labels=False)
        table = trained.predict(rows, routing=routing, sigma=sigma)
        table.to_csv(out)
    say(f"{out}: {len(table)} rows, {len(table.columns)} columns")


def _check_place(out: Path, new: Path) -> None:
    """Raise where the table would lie among features, and be one of them the next time."""
    parent = out.resolve().parent
    if parent == new.resolve() or folder.matches(parent):
        found = f"{parent}, where it would be read as a modality"
        raise DataError(out, "out", "a place outside folders of data", found, "write it beside the folder")
