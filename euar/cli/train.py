"""`euar train`: systems on a data set, their runs in a folder, and their table."""

from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import typer

from euar.chapters.quick_start.measure import recipe
from euar.cli import SETTINGS
from euar.cli._console import explained, say, show, warn
from euar.cli._fields import parsed, read_fields, with_fields
from euar.cli._seeds import parse_seeds
from euar.experiments import leaks, report, store
from euar.experiments.along import Along
from euar.experiments.changed import Changed
from euar.experiments.train import Train
from euar.experiments.tuned import RECIPE
from euar.files import write_json
from euar.model import EUARConfig
from euar.moe import UncertaintyAwareMoE
from euar.systems.registry import SYSTEMS
from euar.training import Recipe
from euar.training.fabric import STRATEGIES

app = typer.Typer(**SETTINGS)

_TASK = "What integer labels are: regression (ratings) or classification. Others need none."
_END_TO_END = "Train the encoders too; needs the raw content of DATA, and the extra `features`."
_SYSTEM = (
    f"One of {', '.join(SYSTEMS)}, or module:Class for one of your own; several with commas between them."
)


@app.command()
@with_fields(EUARConfig, UncertaintyAwareMoE, besides=("in_features", "task", "outputs"))
def train(  # noqa: PLR0913  one argument for each option
    data: Annotated[str, typer.Argument(help="A data set's name, such as embedded, or a file or folder.")],
    out: Annotated[Path, typer.Option(help="Folder for result.json, the runs and their checkpoints.")],
    changes: dict[str, Any],
    variant: Annotated[str | None, typer.Option(help="The data set's variant, where it has several.")] = None,
    system: Annotated[str, typer.Option("--system", "--preset", help=_SYSTEM)] = "default",
    config: Annotated[
        Path | None,
        typer.Option(exists=True, help="Fields of the model, JSON or TOML; the options below come first."),
    ] = None,
    seeds: Annotated[str, typer.Option(help="How many, or which: 5 is 0,1,2,3,4.")] = "5",
    epochs: Annotated[int | None, typer.Option(help="Passes over the training split.")] = None,
    lr: Annotated[float | None, typer.Option(help="Learning rate of the first step.")] = None,
    batch_size: Annotated[int | None, typer.Option(help="Samples per step.")] = None,
    weight_decay: Annotated[float | None, typer.Option(help="AdamW's decoupled weight decay.")] = None,
    warmup: Annotated[float | None, typer.Option(help="Share of all steps over which rates rise.")] = None,
    patience: Annotated[int | None, typer.Option(help="End after so many epochs without a better.")] = None,
    accumulate: Annotated[int | None, typer.Option(help="Parts that each batch is computed in.")] = None,
    precision: Annotated[str | None, typer.Option(help="32-true or bf16-mixed.")] = None,
    compile: Annotated[bool | None, typer.Option("--compile", help="Compile model and loss.")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    devices: Annotated[int, typer.Option(help="Processes, with a device each, that share batches.")] = 1,
    strategy: Annotated[str, typer.Option(help=f"How: one of {', '.join(STRATEGIES)}.")] = "auto",
    jobs: Annotated[int, typer.Option(help="Processes that share the seeds.")] = 1,
    task: Annotated[str | None, typer.Option(help=_TASK)] = None,
    end_to_end: Annotated[bool, typer.Option("--end-to-end", help=_END_TO_END)] = False,
    text_encoder: Annotated[str | None, typer.Option(help="minilm, a folder, or NAME@COMMIT.")] = None,
    picture_encoder: Annotated[
        str | None, typer.Option(help="efficientnet-lite0, resnet18, resnet152, a folder, or NAME@COMMIT.")
    ] = None,
    encoder_lr: Annotated[float | None, typer.Option(help="Highest rate of what is pretrained.")] = None,
    frozen_blocks: Annotated[int | None, typer.Option(help="Lowest blocks that stay as they are.")] = None,
    cache_frozen: Annotated[
        bool, typer.Option("--cache-frozen", help="They see each picture once, without crops and flips.")
    ] = False,
) -> None:
    """Train EUAR, or systems to compare, on DATA for several seeds, beside the linear baselines.

    Epochs and learning rate are by default those of the recorded validation grid of DATA, where there is
    one; what was recorded for other systems on the same rows and modalities stands beside. The same command
    continues an interrupted run; another configuration needs another folder. Of several systems, each has a
    folder of its name. With --end-to-end, the encoders of texts, pictures and frames train along.
    """
    given = _said(epochs=epochs, lr=lr, batch_size=batch_size, weight_decay=weight_decay, warmup=warmup)
    given |= _said(patience=patience, accumulate=accumulate, precision=precision, compile=compile)
    encoders = _said(text=text_encoder, picture=picture_encoder, encoder_lr=encoder_lr)
    encoders |= _said(frozen=frozen_blocks, cached=cache_frozen or None)
    with explained():
        along = _along(encoders, end_to_end)
        fields = (read_fields(config) if config else {}) | parsed(EUARConfig, changes)
        how: dict[str, Any] = {"data": data, "variant": variant, "seeds": parse_seeds(seeds), "task": task}
        how |= {"device": device, "devices": devices, "strategy": strategy}
        how["recipe"] = Recipe(**(recipe(data) if along is None else asdict(RECIPE)) | given)
        asked = {folder: _asked(name, fields, how, along) for name, folder in _folders(system, out).items()}
        _check(list(asked.values()))
        once = cache(say)  # task, rows and scale are those of all
        _print({folder: _trained(one, folder, jobs, once) for folder, one in asked.items()})


def _said(**options: Any) -> dict[str, Any]:
    """The options that were given."""
    return {name: value for name, value in options.items() if value is not None}


def _folders(systems: str, out: Path) -> dict[str, Path]:
    """{system: where its runs go}: `out` for one, a folder of its name in there for each of several."""
    names = [name.strip() for name in systems.split(",")]
    if len(set(names)) < len(names):
        raise ValueError(f"system: expected different ones, found {systems}")
    return {name: out / name.replace(":", "-") if len(names) > 1 else out for name in names}


def _along(given: dict[str, Any], end_to_end: bool) -> dict[str, Any] | None:
    """What was said of encoders that train along; None where they are frozen."""
    if given and not end_to_end:
        raise ValueError(f"{', '.join(given)}: expected --end-to-end beside, found none: encoders are frozen")
    return given if end_to_end else None


def _asked(system: str, fields: dict[str, Any], how: dict[str, Any], along: dict[str, Any] | None) -> Train:
    if along is not None:
        return Along(system=system, changes=fields, **along, **how)
    return Changed(system=system, changes=fields, **how) if fields else Train(system=system, **how)


def _check(asked: list[Train]) -> None:
    """Say what `euar data check` warns of, and find what is wrong with any system before the first trains."""
    dataset = asked[0].dataset()
    if (troubles := leaks.audited(dataset).troubles()).items:
        warn(troubles.to_text())
    for one in asked:
        one.config(dataset)


def _trained(asked: Train, folder: Path, jobs: int, announce: Callable[[str], object]) -> dict[str, Any]:
    result = asked.train(folder, jobs=jobs, announce=announce).record
    write_json(folder / "result.json", result)
    return result


def _print(results: dict[Path, dict[str, Any]]) -> None:
    first, *_ = every = list(results.values())
    own = {result["config"]["name"] for result in every}
    others = [r for name, r in store.on_same_data(first).items() if name not in own]
    show(*report.metrics_tables(every), *map(report.difference_table, every))
    show(*report.recorded_tables(others))
    for folder in results:
        say(f"Result: {folder / 'result.json'}")
