"""`euar compare`: whether two trained systems differ."""

from pathlib import Path
from typing import Annotated

import typer

from euar.cli import SETTINGS
from euar.cli._console import explained, say, show
from euar.experiments import compare as sides
from euar.experiments import report
from euar.experiments.plan import told_apart

app = typer.Typer(**SETTINGS)

Run = Annotated[Path, typer.Argument(help="The folder of a training, or a result's JSON file.")]


@app.command()
def compare(
    a: Run,
    b: Run,
    data: Annotated[str | None, typer.Option(help="Where the data are, if they have moved.")] = None,
) -> None:
    """Say whether A and B differ: paired by seed, and by test row where their predictions were kept.

    Both need the same data. The difference has a 95 % interval; beside it stands the true difference that
    as many seeds and rows would have found in four of five tries.
    """
    with explained():
        pair = sides.read_side(a), sides.read_side(b)
        configs = [side.result["config"] for side in pair]
        titles = told_apart([(config["name"], config["request"]) for config in configs])
        names = [f"{letter} ({title})" for letter, title in zip("AB", titles, strict=True)]
        found = sides.differences(*pair, data)
        show(report.compared_table([side.result for side in pair], found))
        say("80 %: the true difference that would have been found in four of five tries.")
        for name, path in zip(names, (a, b), strict=True):
            say(f"{name}: {path}")
        for difference in found:
            if difference.metric in sides.HEADLINE:
                say(sides.verdict(difference, (names[0], names[1])))
