"""Train a model on a data set, for several seeds, and select on the validation split."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Literal

import torch

from euar._checks import shown
from euar.data.dataset import MultimodalDataset
from euar.progress import Tick, progress_bar
from euar.training.batches import Source, all_splits, learned_of
from euar.training.checkpoints import SeedFolder, claimed
from euar.training.device import one_thread, resolve
from euar.training.loop import Training
from euar.training.origin import Origin, versions
from euar.training.provenance import code_sha256, describe
from euar.training.recipe import Recipe
from euar.training.runs import Run, Runs
from euar.training.seeding import check_seeds
from euar.training.together import to_the_end


def fit(  # noqa: PLR0913  the public signature; all but two have defaults
    config: Any,
    dataset: MultimodalDataset | Source,
    *,
    seeds: Sequence[int] = (0,),
    epochs: int = 100,
    batch_size: int = 16,
    lr: float = 1e-3,
    weight_decay: float = 1e-4,
    select: Literal["valid", "last"] = "valid",
    device: str = "auto",
    out: str | Path | None = None,
    progress: bool | None = None,
) -> Runs:
    """Train one model per seed with AdamW, a cosine schedule to 0 and gradients clipped at norm 5.

    Selection sees the validation split alone: it minimises MAE for ratings, cross-entropy for classes. The
    test split is scored once, at the end. On the CPU the same seed gives the same bits, whatever the number
    of cores.

    Ratings on the sentiment scale, within [-3, 3] and on both sides of 0, are learned as they are. All others
    are standardised for the model; predictions and metrics are in their own units, see
    `euar.training.targets`.

    Args:
        config: anything whose `build()` returns a module with `MultimodalModel`'s forward and loss, such as
            the configuration of a system. The module's `epoch` is set, counted from 1, before each epoch.
        dataset: in raw units; `fit` standardises it on its training rows. A `batches.Source` makes its own
            batches, such as those of token ids or pictures.
        seeds: one run each; different ints from 0 to 2^63 - 1.
        epochs: passes over the training split.
        batch_size: samples per step.
        lr: learning rate of the first step.
        weight_decay: AdamW's decoupled decay.
        select: `"valid"` keeps the best epoch, `"last"` the last.
        device: `"auto"` (CUDA if there is some), `"cpu"` or `"cuda"`.
        out: a folder for the runs and a checkpoint after every epoch. The same call continues where it was
            stopped, to the same bits; seeds already there are not trained again.
        progress: show a bar on standard error; None does so on a terminal.

    Raises:
        ValueError: a setting out of range or of the wrong type, a split without rows, a term of the loss
            named like a column of `Run.history`, or an `out` that holds another training.
        DataError: the training rows hold a single class, the rows have no labels, or the set is standardised.
        DamagedFileError: a file in `out` is not as it was written.
        BlockingIOError: another process works in `out`.
        TrainingError: a loss, a gradient or a prediction is not finite; it names seed, epoch, step and term.

    Example:
        >>> from euar.data import simulate
        >>> from euar.model import EUARConfig
        >>> dataset = simulate(n=(32, 16, 16))
        >>> runs = fit(EUARConfig(dataset.in_features), dataset, seeds=(0, 1), epochs=1, progress=False)
        >>> len(runs), runs[0].predictions["test"].shape
        (2, (16,))
    """
    recipe = Recipe(epochs=epochs, batch_size=batch_size, lr=lr, weight_decay=weight_decay, select=select)
    where, seeds, folder = resolve(device), check_seeds(seeds), _checked_folder(out)
    learned = learned_of(dataset)
    data = all_splits(dataset, where, learned)
    identity = {} if folder is None else _identity(config, dataset, recipe, where)
    known = Origin(describe(config) if hasattr(config, "to_dict") else None, learned, versions())
    with (
        _places(folder, identity, seeds) as places,
        one_thread(),
        progress_bar(progress, len(seeds) * epochs) as tick,
    ):
        trainings = [Training(config, recipe, seed, data) for seed in seeds]
        return Runs(_runs(trainings, places, known, tick))


def _places(
    folder: Path | None, identity: dict[str, Any], seeds: Sequence[int]
) -> AbstractContextManager[Sequence[SeedFolder | None]]:
    return nullcontext([None] * len(seeds)) if folder is None else claimed(folder, identity, seeds)


def _runs(
    trainings: Sequence[Training], places: Sequence[SeedFolder | None], origin: Origin, tick: Tick
) -> list[Run]:
    """Take every seed from wherever it stands to its end."""
    place = {training.seed: place for training, place in zip(trainings, places, strict=True)}
    done = {training.seed: _resumed(training, place[training.seed], tick) for training in trainings}

    def after(training: Training) -> None:
        if (folder := place[training.seed]) is not None:
            folder.save(training)
        tick(f"seed {training.seed}, validation {training.history[-1]['valid_criterion']:.3f}", 1)

    waiting = [training for training in trainings if done[training.seed] is None]
    together = min((len(training.history) for training in waiting), default=0)
    for training in waiting:  # a kill between two seeds' checkpoints: a stack goes on as the stack it was
        if (folder := place[training.seed]) is not None:
            folder.step_back(training, together)
    for training in to_the_end(waiting, after, alone=len(trainings) == 1):
        run, folder = replace(training.finish(), origin=origin), place[training.seed]
        done[training.seed] = run if folder is None else folder.save_run(run)
    return [run for run in done.values() if run is not None]


def _resumed(training: Training, place: SeedFolder | None, tick: Tick) -> Run | None:
    """The run that a folder holds whole; else its training stands where the folder's checkpoint left it."""
    run = None if place is None else place.load_run(training.model)
    if place is not None and run is None:
        place.restore(training)
    tick(f"seed {training.seed}", len(training.history) if run is None else training.recipe.epochs)
    return run


def _identity(config: Any, dataset: Any, recipe: Recipe, device: torch.device) -> dict[str, Any]:
    """All that decides the runs of a folder but their seeds, so that seeds can be added later."""
    model = describe(config)
    return {
        "model": model,
        "training": asdict(recipe),
        "data": {"name": dataset.name, "sha256": dataset.sha256},
        "code": code_sha256([model["type"]]),
        "torch": torch.__version__,
        "device": device.type,
    }


def _checked_folder(out: Any) -> Path | None:
    if out is None:
        return None
    if not isinstance(out, str | Path) or not str(out):
        raise ValueError(f"out: expected the path of a folder, or None, found {shown(out)}")
    if Path(out).exists() and not Path(out).is_dir():
        raise ValueError(f"out: expected a folder, found a file at {out}; choose another path")
    return Path(out)
