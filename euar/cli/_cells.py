"""What `euar table` and `euar figure` share: which cells are asked for, and their measurement."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, NamedTuple

import typer

from euar.chapters.ledger.corpora import Corpus, chosen, measured_elsewhere
from euar.chapters.ledger.smoke import tiny
from euar.cli._console import say, warn
from euar.cli._kept import say_kept
from euar.cli._seeds import parse_seeds
from euar.data import MultimodalDataset
from euar.experiments import plan
from euar.experiments.measurement import Measurement
from euar.experiments.run import run_experiment
from euar.experiments.store import root_to_write
from euar.experiments.tables import Compared, Found, Panel, Table, compared, homes, search
from euar.experiments.tables.found import Wanted, dataset_of, wanted
from euar.experiments.tables.pace import seconds
from euar.profiles import choose_profile
from euar.progress import progress_bar

SMOKE = "smoke"

#: Options that both commands have.
Dataset = Annotated[
    str | None,
    typer.Option(help="mosi, mosi-unseen, mosei, mvsa, nyud, FILE or mosei=FILE; commas between."),
]
OtherSeeds = Annotated[str | None, typer.Option(help="Other seeds: how many, or which.")]
Profile = Annotated[str, typer.Option(help="smoke: every cell on a few made-up rows.")]
Root = Annotated[
    Path | None, typer.Option(help="Folder of all results; the checkout's, else ./results, by default.")
]
Jobs = Annotated[int, typer.Option(min=1, help="Processes at once.")]
Scheduler = Annotated[str | None, typer.Option(help="dask.distributed: local, slurm or tcp://HOST:PORT.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="List the cells and measure nothing.")]


class Asked(NamedTuple):
    """What a command shall measure.

    Attributes:
        table: with its cells.
        root: the folder of all results.
    """

    table: Table
    root: Path


@contextmanager
def asked_for(
    make: Callable[[Sequence[Corpus]], Table],
    *,
    dataset: str | None,
    systems: str | None,
    seeds: str | None,
    profile: str,
    root: Path | None,
) -> Iterator[Asked]:
    """Give the block the cells that some options leave, and where their results lie.

    In the smoke profile both are made up: tiny data, and a folder that goes after the block, unless there is
    a root.

    Args:
        make: the table of some corpora.
        dataset: see `corpora.chosen`.
        systems: names with commas between; the paper's own row stays.
        seeds: see `parse_seeds`.
        profile: see `choose_profile`.
        root: see `root_to_write`.
    """
    found = chosen(dataset)
    with TemporaryDirectory() as folder:
        if choose_profile(profile).name == SMOKE:
            where = Path(folder) if root is None else root
            made = Path(folder) / "data" if root is None else root / "smoke-data"
            made.mkdir(parents=True, exist_ok=True)
            found = [tiny(corpus, made) for corpus in found]
        else:
            where = root_to_write(root)
        table = make(found)
        if not table.panels:
            raise ValueError(f"dataset: {table.name} has nothing of {dataset}")
        yield Asked(_only(table, systems, seeds), where)


def measure(asked: Asked, jobs: int, scheduler: str | None, *, dry_run: bool) -> None:
    """Measure the cells that no experiment holds yet; say which, and about how long it takes."""
    cells = asked.table.measurements
    still = wanted(cells, asked.root)
    if dry_run:
        _list(cells, still)
    for reason in dict.fromkeys(still.without_data.values()):
        many = sum(other == reason for other in still.without_data.values())
        warn(f"euar: {many} cells cannot be measured here: {reason}")
    count = f"{len(still.missing)} of {len(cells)} cells to measure"
    say(f"{asked.table.name}: {count}{_pace(still.missing, jobs)}")
    if still.missing and not dry_run:
        _run(asked, still.missing, jobs, scheduler)


def known(asked: Asked) -> tuple[dict[Any, Found], dict[str, MultimodalDataset], list[Compared]]:
    """Return what was found of each cell, {panel's title: its data} where they are here, and all metrics."""
    found = search(asked.table.measurements, asked.root)
    loaded: dict[Any, MultimodalDataset | None] = {}
    metrics: list[Compared] = []
    data = {}
    for panel in asked.table.panels:
        ours = panel.rows[panel.ours]
        if found[ours].there and ours not in loaded:
            loaded[ours] = dataset_of(ours)
        here = loaded.get(ours)
        metrics += compared(panel, found, here)
        if here is not None:
            data[panel.title] = here
    return found, data, metrics


def _only(table: Table, systems: str | None, seeds: str | None) -> Table:
    panels = table.panels
    if systems is not None:
        names = tuple(name.strip() for name in systems.split(","))
        known = dict.fromkeys(row for panel in panels for row in panel.rows)
        for name in names:
            if name not in known:
                raise ValueError(f"systems: expected some of {', '.join(known)}, found {name!r}")
        panels = tuple(panel.only((*names, panel.ours)) for panel in panels)
    if seeds is not None:
        numbers = parse_seeds(seeds)
        panels = tuple(_with_seeds(panel, numbers) for panel in panels)
    return replace(table, panels=panels)


def _with_seeds(panel: Panel, seeds: tuple[int, ...]) -> Panel:
    return panel.changed(lambda one: plan.with_seeds([one], seeds)[0])


def _list(cells: Sequence[Measurement], still: Wanted) -> None:
    named = plan.told_apart([(f"{type(one).__name__} {one.name}", one.request()) for one in cells])
    missing = set(still.missing)
    for one, line in zip(cells, named, strict=True):
        there = "no data" if one in still.without_data else "to measure" if one in missing else "there"
        say(f"{there:<12}{line}")


def _pace(missing: Sequence[Measurement], jobs: int) -> str:
    took = seconds(missing) if missing else None
    if took is None:
        return ""
    return f", about {max(took / jobs / 60, 1):.0f} min if as fast as what was measured before"


def _run(asked: Asked, missing: Sequence[Measurement], jobs: int, scheduler: str | None) -> None:
    with progress_bar(None, len(missing)) as tick:
        tick(asked.table.name, 0)
        for name, cells in homes(missing, measured_elsewhere()).items():
            for path in _paths(name, cells, asked.root, jobs, scheduler):
                tick(asked.table.name, 1)
                say_kept(path)


def _paths(
    name: str, cells: Sequence[Measurement], root: Path, jobs: int, scheduler: str | None
) -> Iterator[Path]:
    if scheduler is None:
        return run_experiment(name, cells, root, jobs)
    from euar.experiments.scheduler import run_on

    return run_on(scheduler, name, cells, root, jobs, say)
