"""`euar data`: what sets there are, how to get them, what is in a file, whether it is sound; a template."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.table import Table

from euar.cli import COMMANDS, SETTINGS
from euar.cli._console import explained, nan_word, progress_bytes, say, show
from euar.data import MultimodalDataset, catalogue, download, loading, readers, storage, template
from euar.data.readers.contract import described
from euar.experiments import leaks
from euar.folders import data_folder, searched

app = typer.Typer(no_args_is_help=True, help=COMMANDS["data"], **SETTINGS)

AnyFile = Annotated[Path, typer.Argument(help="A file or folder in any known format.")]
Replace = Annotated[str, typer.Option("--nan", help="NaN among features: refuse, or zero (put 0 there).")]
Variant = Annotated[str | None, typer.Option(help="The source's variant, where it has several.")]


@app.command("list")
def list_sets() -> None:
    """Show the data sets by name, whether they are here, and the formats that can be read."""
    table = Table(box=box.SIMPLE_HEAD, title="Data sets")
    for header in ("name", "what", "task", "here"):
        table.add_column(header, overflow="fold")
    for entry in catalogue.entries().values():
        table.add_row(entry.name, entry.title, entry.task, _presence(entry))
    show(table)
    say(searched())
    say("Formats that `euar data check` and `euar data convert` read:")
    for reader in (*readers.FILES, *readers.SPARE, *readers.PICKLES):
        say(f"  {reader.NAME:<18} {described(reader)}")


@app.command()
def info(name: Annotated[str, typer.Argument(help="A data set's name.")]) -> None:
    """Print the card of a data set: source, terms, splits, variants, and what to beware of."""
    with explained():
        say(catalogue.card(name))


@app.command()
def get(
    name: Annotated[str, typer.Argument(help="mosi, mosei, mvsa or nyud.")],
    accept_terms: Annotated[bool, typer.Option("--accept-terms", help="I read the terms and agree.")] = False,
    to: Annotated[Path | None, typer.Option(help="The data folder; EUAR_DATA by default.")] = None,
) -> None:
    """Download a data set from its public sources, with hashes; the same command continues.

    Without --accept-terms it prints the terms and fetches nothing.
    """
    with explained(), progress_bytes() as progress:
        folder = data_folder(to) / name
        say(f"{name}: {download.get(name, folder, accept_terms=accept_terms, progress=progress)}")


@app.command("check")
def check_source(
    source: Annotated[Path, typer.Argument(help="A data set's name, or a file or folder in any format.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    variant: Variant = None,
) -> None:
    """Report what is right and wrong with a source; exit status 2 if something failed.

    Ratings with features also get the leak test: a modality that is better than anybody's published model of
    it knows labels of the test split.
    """
    with explained():
        report = leaks.audited(_named(source, variant), variant)
    say(json.dumps(report.to_dict(), indent=2) if as_json else report.to_text())
    if report.status == "fail":
        raise typer.Exit(2)


@app.command()
def convert(
    source: AnyFile,
    out: Annotated[Path, typer.Argument(help="The HDF5 file to write.")],
    variant: Variant = None,
    nan: Replace = "refuse",
) -> None:
    """Read any known format and write one checked HDF5 file, which `euar train` takes.

    Rows without labels are kept, for `euar predict`.
    """
    with explained():
        storage.check_other(out, source)
        dataset = readers.read(source, nan=nan_word(nan), variant=variant, labels=False)
        dataset.to_hdf5(out)
    say(f"{dataset.describe()}\n{out}")


@app.command("template")
def write_template(
    folder: Annotated[Path, typer.Argument(help="A new folder.", metavar="DIR")],
) -> None:
    """Write a small folder of data of your own, to fill in; check, train and predict take it as it is."""
    with explained():
        for file in template.write(folder):
            say(str(file))


def _named(source: Path, variant: str | None) -> Path | MultimodalDataset:
    """Return a path as it is, and a set by name from where `euar train` takes it."""
    entry = catalogue.entries().get(str(source))
    if entry is None:
        return source
    return loading.find(entry.name) if entry.sources else loading.load(entry.name, variant)


def _presence(entry: catalogue.Entry) -> str:
    if not entry.sources:
        return "ships with euar"
    folder = data_folder() / entry.name
    return str(folder) if folder.is_dir() else f"euar data get {entry.name}"
