"""The command line: each command reads its options, calls one function, and prints."""

from pathlib import Path
from typing import Annotated

try:
    import typer
    from rich.console import Console
except ModuleNotFoundError as error:
    raise SystemExit(f'euar: the command line needs {error.name}; run: pip install "euar[cli]"') from None

from euar.chapters.measurements import EXPERIMENTS, requests
from euar.cli import data as data_commands
from euar.cli import features as feature_commands
from euar.cli._console import explained, fail
from euar.experiments import grid, report, store
from euar.experiments.run import run_experiment
from euar.experiments.train import SYSTEMS, Request
from euar.experiments.train import train as train_request
from euar.files import write_json
from euar.training import Recipe
from euar.training.seeding import check_seeds

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="EUAR: Gaussian experts with uncertainty-aware routing.",
)
app.add_typer(data_commands.app, name="data")
app.command()(feature_commands.features)


def main() -> None:
    """Run the command line."""
    app()


@app.command()
def train(  # noqa: PLR0913  one argument for each option
    data: Annotated[str, typer.Argument(help="A data set's name, such as embedded, or a file or folder.")],
    out: Annotated[Path, typer.Option(help="Folder for result.json, the runs and their checkpoints.")],
    variant: Annotated[str | None, typer.Option(help="The data set's variant, where it has several.")] = None,
    preset: Annotated[str, typer.Option(help=f"One of {', '.join(SYSTEMS)}.")] = "default",
    seeds: Annotated[str, typer.Option(help="How many, or which: 5 is 0,1,2,3,4.")] = "5",
    epochs: Annotated[int | None, typer.Option(help="Passes over the training split.")] = None,
    lr: Annotated[float | None, typer.Option(help="Learning rate of the first step.")] = None,
    batch_size: Annotated[int | None, typer.Option(help="Samples per step.")] = None,
    weight_decay: Annotated[float | None, typer.Option(help="AdamW's decoupled weight decay.")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
) -> None:
    """Train EUAR on DATA for several seeds and compare it with the linear baselines.

    Epochs and learning rate are by default those of the recorded validation grid of DATA, where there is
    one; results recorded for its other presets stand beside. The same command continues an interrupted run;
    another configuration needs another folder.
    """
    options = {"epochs": epochs, "lr": lr, "batch_size": batch_size, "weight_decay": weight_decay}
    given = {name: value for name, value in options.items() if value is not None}
    with explained():
        request = Request(
            data=data,
            variant=variant,
            preset=preset,
            seeds=_parse_seeds(seeds),
            recipe=Recipe(**grid.recipe(data) | given),
            device=device,
        )
        result = train_request(request, out=out)
        write_json(out / "result.json", result)
        recorded = store.newest_by_preset(data)
    _print_result(result, {name: other for name, other in recorded.items() if name != preset})
    Console().print(f"Result: {out / 'result.json'}", soft_wrap=True)


@app.command()
def experiment(
    name: Annotated[str, typer.Argument(help=f"One of {', '.join(EXPERIMENTS)}.")],
    out: Annotated[
        Path | None, typer.Option(help="Folder of all results; the checkout's by default.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Processes at once.")] = 1,
) -> None:
    """Measure what the results of an experiment do not hold yet."""
    with explained():
        for path in run_experiment(name, requests(name), out, jobs):
            Console().print(str(path), soft_wrap=True)


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
            Console().print(f"{known}: {count}")
        return
    if not found:
        fail(f"no results of {name!r}; there are {', '.join(store.experiments()) or 'none at all'}", code=2)
    for result in found:
        _print_result(result)
        when = "" if store.is_current(result) else ", measured with older code"
        Console().print(f"{result['key']}, {result['started']}{when}\n", soft_wrap=True)


def _print_result(result: dict, recorded: dict | None = None) -> None:
    if "probes" in result:
        Console().print(report.probe_table(result))
        return
    Console().print(report.metrics_table(result, recorded), report.difference_table(result))


def _parse_seeds(text: str) -> tuple[int, ...]:
    try:
        numbers = tuple(int(part) for part in text.split(",") if part.strip())
    except ValueError:
        numbers = ()
    if not numbers or min(numbers) < 0:
        raise ValueError(f"seeds: expected a number such as 5, or a list such as 0,3,7, found {text!r}")
    return check_seeds(numbers if "," in text else range(numbers[0]))
