"""`euar experiment`: what is to be measured, about how long it takes, and the results as they come."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from euar.chapters.measurements import measurements, names
from euar.cli import SETTINGS
from euar.cli._console import explained, say
from euar.cli._kept import say_kept
from euar.cli._seeds import parse_seeds
from euar.experiments import plan
from euar.experiments.measurement import Measurement
from euar.experiments.run import run_experiment
from euar.experiments.store import result_folder, root_to_write
from euar.progress import progress_bar

app = typer.Typer(**SETTINGS)


@app.command()
def experiment(  # noqa: PLR0913  one argument for each option
    name: Annotated[str, typer.Argument(help=f"One of {', '.join(names())}, or package.module.")],
    root: Annotated[
        Path | None,
        typer.Option(
            "--root", "--out", help="Folder of all results; the checkout's, else ./results, by default."
        ),
    ] = None,
    seeds: Annotated[str | None, typer.Option(help="Other seeds: how many, or which.")] = None,
    only: Annotated[str | None, typer.Option(help="Those whose line in --dry-run holds this text.")] = None,
    shard: Annotated[
        str | None, typer.Option(help="i/n: this machine's part; give each its own --root, and copy.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Processes at once.")] = 1,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List what would be measured.")] = False,
) -> None:
    """Measure what the results of an experiment do not hold yet.

    Ctrl-C stops at once; the same command continues with what is missing.
    """
    with explained():
        experiment, asked = measurements(name)
        lines = _chosen(asked, seeds, only, shard)
        root = root_to_write(root)
        there = [plan.is_there(experiment, one, root) for one, _ in lines]
        missing = [one for (one, _), found in zip(lines, there, strict=True) if not found]
        if dry_run:
            for (_, line), found in zip(lines, there, strict=True):
                say(f"{'there' if found else 'to measure':<12}{line}")
        if not missing:
            say(f"Experiment: nothing to measure; {result_folder(experiment, root)} holds all {len(lines)}")
            return
        say(f"Experiment: {len(missing)} of {len(lines)} to measure{_pace(experiment, missing, jobs)}")
        if not dry_run:
            _run(experiment, missing, root, jobs)


def _chosen(
    asked: Sequence[Measurement], seeds: str | None, only: str | None, shard: str | None
) -> list[tuple[Measurement, str]]:
    """(measurement, its line) of those that the options leave."""
    asked = asked if seeds is None else plan.with_seeds(asked, parse_seeds(seeds))
    named = plan.told_apart([(one.name, one.request()) for one in asked])
    pairs = [pair for pair in zip(asked, named, strict=True) if (only or "") in pair[1]]
    if not pairs:
        raise ValueError(f"only: expected text in one of {' | '.join(named)}, found {only!r}")
    return plan.shard(pairs, shard or "1/1")


def _pace(experiment: str, missing: Sequence[Measurement], jobs: int) -> str:
    seconds = plan.estimate(experiment, missing)
    if seconds is None:
        return ", never measured before: no estimate until the first is done"
    return f", about {max(seconds / jobs / 60, 1):.0f} min if as fast as when last measured"


def _run(experiment: str, missing: Sequence[Measurement], root: Path, jobs: int) -> None:
    with progress_bar(None, len(missing)) as tick:
        tick(experiment, 0)
        for path in run_experiment(experiment, missing, root, jobs):
            tick(experiment, 1)
            say_kept(path)
