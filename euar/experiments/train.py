"""Train EUAR on a data set for several seeds, beside the linear baselines: one result."""

import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from euar.data import MultimodalDataset, load
from euar.experiments.linear import baselines
from euar.experiments.origin import origin, record, settings
from euar.model import EUARConfig
from euar.systems.concat import ConcatConfig
from euar.systems.late_fusion import LateFusionConfig
from euar.systems.mlp_experts import MLPExpertsConfig
from euar.training import Recipe, fit

PRESETS = {"default": EUARConfig, "paper": EUARConfig.paper, "released": EUARConfig.released}
#: The presets of EUAR, and the networks it is compared with.
SYSTEMS = PRESETS | {
    "mlp-experts": MLPExpertsConfig,
    "concat": ConcatConfig,
    "late-fusion": LateFusionConfig,
}


@dataclass(frozen=True, kw_only=True)
class Request:
    """What to train, as data.

    Attributes:
        data: a name or path for `euar.data.load`.
        variant: the data set's variant, where it has several.
        preset: a name of `SYSTEMS`.
        seeds: one run each.
        recipe: how to train.
        device: see `fit`.
    """

    data: str
    variant: str | None = None
    preset: str = "default"
    seeds: tuple[int, ...] = (0,)
    recipe: Recipe = field(default_factory=Recipe)
    device: str = "auto"

    def __post_init__(self):
        if self.preset not in SYSTEMS:
            raise ValueError(f"preset: expected one of {', '.join(SYSTEMS)}, found {self.preset!r}")

    def key(self) -> str:
        """Return the key of the result, without training."""
        return result_key(self)

    def measure(self, experiment: str) -> dict[str, Any]:
        """Train, and return the result of an experiment."""
        return train(self, experiment=experiment, progress=False)


def train(
    request: Request, *, experiment: str = "train", out: Path | None = None, progress: bool | None = None
) -> dict[str, Any]:
    """Train and return the result, as `result.schema.json` describes it.

    Args:
        request: what to train.
        experiment: the result's name for itself.
        out: a folder for checkpoints and runs, see `fit`.
        progress: see `fit`.

    Raises:
        DataError: the data cannot be read.
        ValueError, TrainingError: see `fit`.
    """
    start = time.time()
    dataset = load(request.data, variant=request.variant)
    config = model_config(request.preset, dataset)
    runs = fit(
        config,
        dataset,
        seeds=request.seeds,
        **asdict(request.recipe),
        device=request.device,
        out=out,
        progress=progress,
    )
    return record(
        experiment,
        _origin(request, config, dataset),
        start,
        runs=[run.record() for run in runs],
        baselines=baselines(dataset),
    )


def result_key(request: Request) -> str:
    """Return the key that the request's result will have, without training."""
    dataset = load(request.data, variant=request.variant)
    return _origin(request, model_config(request.preset, dataset), dataset)["key"]


def model_config(preset: str, dataset: MultimodalDataset) -> EUARConfig:
    """Return a system's configuration that fits a data set: its modalities, and ratings or classes.

    Args:
        preset: a name of `SYSTEMS`.
        dataset: what to fit.
    """
    if dataset.task == "regression":
        return SYSTEMS[preset](in_features=dataset.in_features)
    classes = int(np.max(dataset.target)) + 1
    return SYSTEMS[preset](
        in_features=dataset.in_features, task="classification", outputs=classes, task_loss=None
    )


def _origin(request: Request, config: EUARConfig, dataset: MultimodalDataset) -> dict[str, Any]:
    asked = settings(request.preset, config, request.recipe, request.seeds)
    return origin(asked, dataset, request.variant, request.device)
