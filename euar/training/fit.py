"""Train a model on a data set, for several seeds, and select on the validation split."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import torch

from euar._checks import shown
from euar.data.dataset import MultimodalDataset
from euar.progress import progress_bar, silent
from euar.training.batches import Source, learned_of
from euar.training.checkpoints import claimed
from euar.training.device import one_thread, resolve
from euar.training.fabric import check_several, driver
from euar.training.origin import Origin, versions
from euar.training.provenance import code_sha256, describe, dotted, model_types
from euar.training.recipe import Precision, Recipe
from euar.training.runs import Runs
from euar.training.seeding import check_seeds
from euar.training.work import Places, Work


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
    warmup: float = 0.0,
    patience: int | None = None,
    accumulate: int = 1,
    precision: Precision = "32-true",
    compile: bool = False,
    device: str = "auto",
    devices: int = 1,
    strategy: str = "auto",
    jobs: int = 1,
    out: str | Path | None = None,
    progress: bool | None = None,
) -> Runs:
    """Train one model per seed with AdamW, a cosine schedule to 0 and gradients clipped at norm 5.

    Several seeds train as one program where the model permits it, see `euar.training.stack`. A program of
    several can do neither `accumulate`, `precision`, `compile` nor `devices`, nor rates of parameter groups:
    with these, seeds train one after another.

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
        lr: the highest learning rate, that of the first step where there is no warm-up.
        weight_decay: AdamW's decoupled decay.
        select: `"valid"` keeps the best epoch, `"last"` the last.
        warmup: this and the next four are settings of a `Recipe`.
        patience: see there.
        accumulate: see there.
        precision: see there; all but `"32-true"` needs the extra `distributed`.
        compile: see there.
        device: `"auto"` (CUDA if there is some), `"cpu"` or `"cuda"`.
        devices: processes with a device each that share every batch, by Lightning Fabric from the extra
            `distributed`. Losses are those of one device with as many parts in `accumulate`, for each part
            has noise and dropout of its own; where these are off and the loss is a mean over rows, they are
            those of one device without.
        strategy: `"ddp"`, which `"auto"` takes for several devices, or `"ddp_find_unused_parameters_true"`
            for models that do not use all parameters in every step.
        jobs: processes that share the seeds; the runs are the same.
        out: a folder for the runs and a checkpoint after every epoch. The same call continues where it was
            stopped, to the same bits; seeds already there are not trained again.
        progress: show a bar on standard error; None does so on a terminal.

    Raises:
        ValueError: a setting out of range or of the wrong type, a split without rows, a term of the loss
            named like a column of `Run.history`, or an `out` that holds another training.
        DataError: the training rows hold a single class, the rows have no labels, or the set is standardised.
        DamagedFileError: a file in `out` is not as it was written.
        BlockingIOError: another process works in `out`.
        ChildProcessError: one of several processes was killed.
        TrainingError: a loss, a gradient or a prediction is not finite; it names seed, epoch, step and term.

    Example:
        >>> from euar.data import simulate
        >>> from euar.model import EUARConfig
        >>> dataset = simulate(n=(32, 16, 16))
        >>> runs = fit(EUARConfig(dataset.in_features), dataset, seeds=(0, 1), epochs=1, progress=False)
        >>> len(runs), runs[0].predictions["test"].shape
        (2, (16,))
    """
    recipe = Recipe(
        epochs=epochs,
        batch_size=batch_size,
        lr=lr,
        weight_decay=weight_decay,
        select=select,
        warmup=warmup,
        patience=patience,
        accumulate=accumulate,
        precision=precision,
        compile=compile,
    )
    where, seeds, folder = resolve(device), check_seeds(seeds), _checked_folder(out)
    check_several(where, devices, strategy, jobs)
    work = Work(config, dataset, recipe, _origin(config, dataset), alone=len(seeds) == 1)
    data, fabric = work.data(where), driver(where, precision)
    identity = {} if folder is None else _identity(work, where, devices)
    several = devices > 1 or jobs > 1
    with (
        _places(folder, identity, seeds, needed=several) as places,
        one_thread(),
        progress_bar(progress, len(seeds) * epochs) as tick,
    ):
        if devices > 1:
            work.do_in_ranks(where.type, places, tick, devices, strategy)
        elif jobs > 1:
            work.do_in_jobs(where, places, tick, jobs)
        runs = work.do(data, places, silent if several else tick, fabric)
    return Runs(runs if folder else [replace(run, identity=None) for run in runs])


def _origin(config: Any, dataset: Any) -> Origin:
    known = describe(config) if hasattr(config, "to_dict") else None
    return Origin(known, learned_of(dataset), versions())


@contextmanager
def _places(
    folder: Path | None, identity: dict[str, Any], seeds: Sequence[int], *, needed: bool
) -> Iterator[Places]:
    """Where each seed is kept: in the folder, else nowhere or, if processes need one, in one for a while."""
    if folder is None and not needed:
        yield dict.fromkeys(seeds)
        return
    with (
        TemporaryDirectory() if folder is None else nullcontext(folder) as path,
        claimed(Path(path), identity, seeds) as places,
    ):
        yield dict(zip(seeds, places, strict=True))


def _identity(work: Work, device: torch.device, devices: int) -> dict[str, Any]:
    """All that decides the runs of a folder but their seeds, so that seeds can be added later."""
    model = describe(work.config)
    return {
        "model": model,
        "training": asdict(work.recipe),
        "data": {"name": work.dataset.name, "sha256": work.dataset.sha256},
        "code": code_sha256([*model_types(model), dotted(type(work.dataset))]),
        "torch": torch.__version__,
        "device": device.type,
        "devices": devices,
    }


def _checked_folder(out: Any) -> Path | None:
    if out is None:
        return None
    if not isinstance(out, str | Path) or not str(out):
        raise ValueError(f"out: expected the path of a folder, or None, found {shown(out)}")
    if Path(out).exists() and not Path(out).is_dir():
        raise ValueError(f"out: expected a folder, found a file at {out}; choose another path")
    return Path(out)
