"""`euar results`: what was measured, as tables or for other programs."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from euar.cli import SETTINGS
from euar.cli._console import explained, say, show
from euar.cli._writers import chosen_writer
from euar.experiments import export, report, store
from euar.experiments.plan import told_apart

app = typer.Typer(**SETTINGS)


@app.command()
def results(  # noqa: PLR0913  one argument for each option
    name: Annotated[str | None, typer.Argument(help="An experiment; none lists them.")] = None,
    root: Annotated[
        Path | None,
        typer.Option(help="Folder of all results, or of trainings; the package's results by default."),
    ] = None,
    only: Annotated[str | None, typer.Option(help="Those whose title holds this text.")] = None,
    data: Annotated[str | None, typer.Option(help="Those on this data set.")] = None,
    metric: Annotated[
        str | None, typer.Option(help="This metric alone, such as mae; not for tables.")
    ] = None,
    current: Annotated[bool, typer.Option("--current", help="Those of today's code.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="A line for each metric, as CSV.")] = False,
    json: Annotated[bool, typer.Option("--json", help="The same as a JSON list.")] = False,
    latex: Annotated[bool, typer.Option("--latex", help="A tabular for booktabs.")] = False,
) -> None:
    """Print results that were measured: those committed with the package, or those below --root.

    `euar train --out runs` is followed by `euar results --root runs`.
    """
    with explained():
        write = chosen_writer("results", csv=csv, json=json, latex=latex)
        trained = _trained(name, root)
        known = [] if trained else store.experiments(root)
        if known and name is None and not write:
            for experiment in known:
                say(f"{experiment}: {len(store.load_results(experiment, root))}")
            return
        names = [name] if name else known
        found = _titled([trained] if trained else [store.load_results(one, root) for one in names])
        kept = [pair for pair in found if _fits(pair, only, data, current)]
        if not kept:
            raise ValueError(_none_left(name, found, known))
        tables = [_tables(title, result, root) for title, result in kept]
        if write:
            say(write(export.lines(kept, metric)).rstrip("\n"))
        else:
            _print([result for _, result in kept], tables)


def _trained(name: str | None, root: Path | None) -> list[dict[str, Any]]:
    """The results of the trainings in a folder, as `euar train --out` writes them; else none."""
    if root is None:
        return []
    folder = root / (name or "")
    paths = sorted([*folder.glob("result.json"), *folder.glob("*/result.json")])
    return [store.read_result(path) for path in paths]


def _titled(groups: list[list[dict[str, Any]]]) -> list[tuple[str, dict[str, Any]]]:
    """(title, result) of each result of some experiments; a title tells it from its experiment's others."""
    pairs: list[tuple[str, dict[str, Any]]] = []
    for results in groups:
        titles = told_apart([(r["config"]["name"], r["config"]["request"]) for r in results])
        pairs += zip(titles, results, strict=True)
    return pairs


def _fits(pair: tuple[str, dict[str, Any]], only: str | None, data: str | None, current: bool) -> bool:
    title, result = pair
    named = data in (None, result["data"]["name"], result["config"]["request"].get("data"))
    return (only or "") in title and named and (not current or store.is_current(result))


def _none_left(name: str | None, found: list[tuple[str, dict[str, Any]]], known: list[str]) -> str:
    if not found:
        return f"no results{f' of {name!r}' if name else ''}; there are {', '.join(known) or 'none at all'}"
    return (
        f"none of {len(found)} results fits the options; titles are {' | '.join(title for title, _ in found)}"
    )


def _tables(title: str, result: dict[str, Any], root: Path | None) -> list[Table]:
    with store.using(store.result_path(result["experiment"], result["key"], root)):
        if "probes" in result:
            return [report.probe_table(result, heading=title)]
        return [report.metrics_table(result, heading=title), report.difference_table(result)]


def _print(results: list[dict[str, Any]], tables: list[list[Table]]) -> None:
    for result, parts in zip(results, tables, strict=True):
        show(*parts)
        when = "" if store.is_current(result) else ", measured with older code"
        say(f"{result['key']}, {result['started']}{when}\n")
