"""The command line: each command reads its options, calls one function, and prints."""

import sys
from pathlib import Path
from typing import Annotated

try:
    import typer
    from rich.table import Table
except ModuleNotFoundError as error:
    raise SystemExit(f'euar: the command line needs {error.name}; run: pip install "euar[cli]"') from None

from euar.chapters.measurements import measurements, names
from euar.chapters.quick_start.measure import recipe
from euar.cli import data as data_commands
from euar.cli import features as feature_commands
from euar.cli import predict as prediction_commands
from euar.cli._console import Explained, explained, fail, say, show, start
from euar.experiments import report, store
from euar.experiments.rates import at_the_edge
from euar.experiments.run import run_experiment
from euar.experiments.train import Train
from euar.files import write_json
from euar.systems.registry import SYSTEMS
from euar.training import Recipe
from euar.training.seeding import check_seeds

app = typer.Typer(
    cls=Explained,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="EUAR: Gaussian experts with uncertainty-aware routing.",
)
app.add_typer(data_commands.app, name="data")
app.command()(feature_commands.features)
app.command()(prediction_commands.predict)

_TASK = "What integer labels are: regression (ratings) or classification. Others need none."
_SYSTEM = f"One of {', '.join(SYSTEMS)}, or module:Class for one of your own."


def main() -> None:
    """Run the command line; modules of the current folder can be named in its options."""
    start(sys.argv[1:])
    sys.path.append(str(Path.cwd()))
    app()


@app.command()
def train(  # noqa: PLR0913  one argument for each option
    data: Annotated[str, typer.Argument(help="A data set's name, such as embedded, or a file or folder.")],
    out: Annotated[Path, typer.Option(help="Folder for result.json, the runs and their checkpoints.")],
    variant: Annotated[str | None, typer.Option(help="The data set's variant, where it has several.")] = None,
    system: Annotated[str, typer.Option("--system", "--preset", help=_SYSTEM)] = "default",
    seeds: Annotated[str, typer.Option(help="How many, or which: 5 is 0,1,2,3,4.")] = "5",
    epochs: Annotated[int | None, typer.Option(help="Passes over the training split.")] = None,
    lr: Annotated[float | None, typer.Option(help="Learning rate of the first step.")] = None,
    batch_size: Annotated[int | None, typer.Option(help="Samples per step.")] = None,
    weight_decay: Annotated[float | None, typer.Option(help="AdamW's decoupled weight decay.")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    task: Annotated[str | None, typer.Option(help=_TASK)] = None,
) -> None:
    """Train EUAR, or a system to compare, on DATA for several seeds and compare it with the linear baselines.

    Epochs and learning rate are by default those of the recorded validation grid of DATA, where there is
    one; what was recorded for other systems on the same rows and modalities stands beside. The same command
    continues an interrupted run; another configuration needs another folder.
    """
    options = {"epochs": epochs, "lr": lr, "batch_size": batch_size, "weight_decay": weight_decay}
    given = {name: value for name, value in options.items() if value is not None}
    with explained():
        asked = Train(
            data=data,
            variant=variant,
            system=system,
            seeds=_parse_seeds(seeds),
            recipe=Recipe(**recipe(data) | given),
            device=device,
            task=task,
        )
        result = asked.train(out, announce=say).record
        write_json(out / "result.json", result)
        others = {name: r for name, r in store.on_same_data(result).items() if name != asked.system}
    show(*_tables(result))
    show(*report.recorded_tables(others.values()))
    say(f"Result: {out / 'result.json'}")


@app.command()
def experiment(
    name: Annotated[str, typer.Argument(help=f"One of {', '.join(names())}, or package.module.")],
    out: Annotated[
        Path | None, typer.Option(help="Folder of all results; the checkout's by default.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Processes at once.")] = 1,
) -> None:
    """Measure what the results of an experiment do not hold yet."""
    with explained():
        experiment, asked = measurements(name)
        for path in run_experiment(experiment, asked, out, jobs):
            say(str(path))
            with store.using(path):
                edges = at_the_edge(store.read_result(path))
            for lr, seeds in edges.items():
                say(f"  {seeds} seeds chose lr {lr:g}, the end of the grid: extend it")


@app.command()
def results(
    name: Annotated[str | None, typer.Argument(help="An experiment; none lists them.")] = None,
) -> None:
    """Print the results that were committed with the package."""
    with explained():
        counts = {known: len(store.load_results(known)) for known in store.experiments()}
        found = [] if name is None else store.load_results(name)
    if name is None:
        for known, count in counts.items():
            say(f"{known}: {count}")
        return
    if not found:
        fail(f"no results of {name!r}; there are {', '.join(store.experiments()) or 'none at all'}", code=2)
    for result in found:
        with store.using(store.result_path(name, result["key"])):
            tables = _tables(result)
        show(*tables)
        when = "" if store.is_current(result) else ", measured with older code"
        say(f"{result['key']}, {result['started']}{when}\n")


def _tables(result: dict) -> list[Table]:
    if "probes" in result:
        return [report.probe_table(result)]
    return [report.metrics_table(result), report.difference_table(result)]


def _parse_seeds(text: str) -> tuple[int, ...]:
    try:
        numbers = tuple(int(part) for part in text.split(",") if part.strip())
    except ValueError:
        numbers = ()
    if not numbers or min(numbers) < 0:
        raise ValueError(f"seeds: expected a number such as 5, or a list such as 0,3,7, found {text!r}")
    return check_seeds(numbers if "," in text else range(numbers[0]))
