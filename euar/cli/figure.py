"""`euar figure`: a figure of the paper, measured and drawn, with its numbers."""

from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.table import Table as Shown

from euar.chapters.ledger.drawings import Measured
from euar.chapters.ledger.figures import FIGURES
from euar.cli import SETTINGS
from euar.cli._cells import (
    Asked,
    Dataset,
    DryRun,
    Jobs,
    OtherSeeds,
    Profile,
    Root,
    Scheduler,
    asked_for,
    known,
    measure,
)
from euar.cli._console import explained, say, show
from euar.cli._writers import chosen_writer

app = typer.Typer(**SETTINGS)


@app.command()
def figure(  # noqa: PLR0913  one argument for each option
    number: Annotated[int, typer.Argument(help="3, 4, 5, 6 or 7.", min=3, max=7)],
    out: Annotated[
        Path | None, typer.Option(help="The picture's file; figure-N.png in this folder by default.")
    ] = None,
    dataset: Dataset = None,
    systems: Annotated[str | None, typer.Option(help="Some of the figure's rows, commas between.")] = None,
    seeds: OtherSeeds = None,
    profile: Profile = "cpu",
    root: Root = None,
    jobs: Jobs = 1,
    scheduler: Scheduler = None,
    dry_run: DryRun = False,
    no_measure: Annotated[
        bool, typer.Option("--no-measure", help="Draw what is there, by older code, too.")
    ] = False,
    csv: Annotated[bool, typer.Option("--csv", help="Its numbers as CSV, and no picture.")] = False,
    json: Annotated[bool, typer.Option("--json", help="The same as a JSON list.")] = False,
) -> None:
    """Measure what a figure of the paper lacks, draw it, and print its numbers.

    Cells that a chapter or a table measures are measured once. Figures 1 and 2 are ideas, which the book
    explains.
    """
    with explained():
        write = chosen_writer("figure", csv=csv, json=json)
        draft = FIGURES[number]
        cells = asked_for(
            draft.cells, dataset=dataset, systems=systems, seeds=seeds, profile=profile, root=root
        )
        with cells as asked:
            if not (no_measure or write):
                measure(asked, jobs, scheduler, dry_run=dry_run)
            if dry_run:
                return
            drawn = draft.draw(_measured(asked))
        if not drawn.lines:
            raise ValueError(f"{asked.table.name}: nothing of it was measured; run it without --no-measure")
        if write:
            say(write(drawn.lines).rstrip("\n"))
            return
        _print(drawn.lines)
        if drawn.picture is not None:
            file = out or Path(f"figure-{number}.png")
            drawn.picture.savefig(file, dpi=150)
            say(str(file))


def _measured(asked: Asked) -> Measured:
    found, data, metrics = known(asked)
    return Measured(asked.table, found, metrics, data)


def _print(lines: list[dict[str, object]]) -> None:
    made = Shown(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for name in lines[0]:
        made.add_column(name, overflow="fold")
    for line in lines:
        made.add_row(*(f"{value:.3f}" if isinstance(value, float) else str(value) for value in line.values()))
    show(made)
