"""Train a model on a data set, for several seeds, and select on the validation split."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

import torch

from euar.data.dataset import MultimodalDataset
from euar.progress import Tick, progress_bar
from euar.training import checkpoints
from euar.training.batches import all_splits
from euar.training.device import one_thread, resolve
from euar.training.loop import Training
from euar.training.provenance import code_sha256, describe
from euar.training.recipe import Recipe
from euar.training.runs import Run, Runs, run_folder


def fit(  # noqa: PLR0913  the public signature; all but two have defaults
    config: Any,
    dataset: MultimodalDataset,
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

    Args:
        config: anything whose `build()` returns a module with `MultimodalModel`'s forward and loss, such as
            the configuration of a system. The module's `epoch` is set, counted from 1, before each epoch.
        dataset: in raw units; `fit` standardises it on its training rows.
        seeds: one run each.
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
        ValueError: a setting out of range, a split without rows, a term of the loss named like a column of
            `Run.history`, or an `out` that holds another training.
        TrainingError: a loss, a gradient or a prediction is not finite; it names seed, epoch, step and term.
    """
    recipe = Recipe(epochs=epochs, batch_size=batch_size, lr=lr, weight_decay=weight_decay, select=select)
    where = resolve(device)
    seeds = _checked(seeds)
    data = all_splits(dataset, where)
    if out is not None:
        checkpoints.claim(Path(out), _identity(config, dataset, recipe, where))
    with one_thread(), progress_bar(progress, len(seeds) * epochs) as tick:
        return Runs(
            [
                _finish(Training(config, recipe, seed, data), out and run_folder(out, seed), tick)
                for seed in seeds
            ]
        )


def _finish(training: Training, folder: Path | None, tick: Tick) -> Run:
    """Take a seed from wherever it stands to its end."""
    if folder is None:
        _run_epochs(training, tick)
        return training.finish()
    if (folder / "run.json").exists():
        tick(f"seed {training.seed}", training.recipe.epochs)
        return Run.load(folder, training.model)
    checkpoint = folder / "checkpoint.pt"
    if checkpoint.exists():
        training.load_state_dict(checkpoints.load(checkpoint, training.device))
        tick(f"seed {training.seed}", len(training.history))
    _run_epochs(training, tick, lambda: checkpoints.save(checkpoint, training.state_dict()))
    run = training.finish()
    run.save(folder)
    checkpoint.unlink()
    return run


def _run_epochs(training: Training, tick: Tick, after: Callable[[], None] = lambda: None) -> None:
    while len(training.history) < training.recipe.epochs:
        training.run_epoch()
        after()
        tick(f"seed {training.seed}, validation {training.history[-1]['valid_criterion']:.3f}", 1)


def _identity(
    config: Any, dataset: MultimodalDataset, recipe: Recipe, device: torch.device
) -> dict[str, Any]:
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


def _checked(seeds: Sequence[int]) -> tuple[int, ...]:
    whole = not isinstance(seeds, int) and all(isinstance(seed, int) for seed in seeds)
    if not whole or not len(seeds) or len(set(seeds)) < len(seeds):
        raise ValueError(f"seeds: expected different ints, such as range(5), found {seeds!r}")
    return tuple(seeds)
