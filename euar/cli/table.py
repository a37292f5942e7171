"""`euar table`: a table of the paper, measured, beside the paper's numbers, with a verdict on each claim."""

from pathlib import Path
from typing import Annotated

import typer

from euar.chapters.ledger.pictures import rank_picture
from euar.chapters.ledger.tables import TABLES
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
from euar.experiments.comparison import called
from euar.experiments.tables import printed
from euar.experiments.tables.pooled import one_a_set, over_panels
from euar.experiments.tables.ranking import ranking
from euar.experiments.tables.verdicts import verdicts

app = typer.Typer(**SETTINGS)


@app.command()
def table(  # noqa: PLR0913  one argument for each option
    number: Annotated[int, typer.Argument(help="1, 2, 3 or 4.", min=1, max=4)],
    dataset: Dataset = None,
    systems: Annotated[str | None, typer.Option(help="Some of the table's rows, commas between.")] = None,
    seeds: OtherSeeds = None,
    profile: Profile = "cpu",
    root: Root = None,
    jobs: Jobs = 1,
    scheduler: Scheduler = None,
    dry_run: DryRun = False,
    no_measure: Annotated[
        bool, typer.Option("--no-measure", help="Print what is there, by older code, too.")
    ] = False,
    picture: Annotated[
        Path | None, typer.Option(help="Also draw systems by mean rank into this file.")
    ] = None,
    csv: Annotated[bool, typer.Option("--csv", help="A line for each metric of each row, as CSV.")] = False,
    json: Annotated[bool, typer.Option("--json", help="The same as a JSON list.")] = False,
    latex: Annotated[bool, typer.Option("--latex", help="A tabular for booktabs.")] = False,
) -> None:
    """Measure what a table of the paper lacks, and print it beside the paper's numbers.

    Cells that a chapter measures are its results, and measured once. Ctrl-C stops at once; the same command
    goes on.
    """
    with explained():
        write = chosen_writer("table", csv=csv, json=json, latex=latex)
        cells = asked_for(
            TABLES[number], dataset=dataset, systems=systems, seeds=seeds, profile=profile, root=root
        )
        with cells as asked:
            if not (no_measure or write):
                measure(asked, jobs, scheduler, dry_run=dry_run)
            if dry_run:
                return
            found = _measured(asked)
        if write:
            say(write(printed.lines(found)).rstrip("\n"))
        else:
            _print(found, picture)


def _measured(asked: Asked) -> printed.Measured:
    found, _, metrics = known(asked)
    return printed.Measured(asked.table, found, metrics, verdicts(metrics))


def _print(found: printed.Measured, picture: Path | None) -> None:
    for line in printed.head(found):
        say(line)
    show(*printed.shown(found))
    ranked = ranking(found.compared)
    pooled = printed.pooled(over_panels(one_a_set(found.compared)), found.table.panels[0].ours)
    for line in (printed.LEGEND, *printed.ranks(ranked), *pooled, *printed.claims(found)):
        say(line)
    if picture is not None:
        if ranked is None:
            raise ValueError("picture: expected two panels and three systems in all of them, found fewer")
        names = [called(row) for row in ranked.rows]
        drawn = rank_picture(names, list(ranked.ranks.mean_ranks), ranked.ranks.critical_difference)
        drawn.savefig(picture, dpi=150)
        say(str(picture))
