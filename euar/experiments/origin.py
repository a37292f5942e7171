"""Where a result comes from: configuration, data, code and machine, and the key that stands for them."""

import shlex
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import numpy as np

from euar.data import MultimodalDataset
from euar.training import Recipe
from euar.training.batches import SPLITS
from euar.training.device import resolve
from euar.training.provenance import code, describe, environment, key


def origin(
    config: dict[str, Any], dataset: MultimodalDataset, variant: str | None, device: str = "cpu"
) -> dict[str, Any]:
    """Return the fields of a result that its measurement does not decide.

    Args:
        config: what was asked for, such as `settings`; `config["model"]["type"]` is the dotted name of what
            was trained.
        dataset: the data.
        variant: the data set's variant.
        device: see `fit`.
    """
    program = code(config["model"]["type"])
    return {
        "config": config,
        "key": key(config, dataset.sha256, program["sha256"]),
        "data": {
            "name": dataset.name,
            "variant": variant,
            "sha256": dataset.sha256,
            "n": {split: int(np.sum(dataset.split == split)) for split in SPLITS},
            "features": dataset.in_features,
        },
        "code": program,
        "environment": environment(resolve(device)),
    }


def settings(preset: str, config: Any, recipe: Recipe, seeds: Sequence[int]) -> dict[str, Any]:
    """Return what decides a training, as `origin` takes it.

    Args:
        preset: a name for the configuration.
        config: of the model.
        recipe: how to train.
        seeds: one run each.
    """
    return {
        "preset": preset,
        "model": describe(config),
        "training": asdict(recipe),
        "seeds": list(seeds),
    }


def command() -> str:
    """Return the command line of this process."""
    return shlex.join(["euar", *sys.argv[1:]])


def record(experiment: str, origin: dict[str, Any], start: float, **measured: Any) -> dict[str, Any]:
    """Return a result: where it comes from, and what was measured.

    Args:
        experiment: its name.
        origin: as `origin` returns it.
        start: when the measurement began, as `time.time()` has it.
        **measured: the fields that it found.
    """
    return {
        "schema": 1,
        "experiment": experiment,
        **origin,
        "command": command(),
        "started": datetime.fromtimestamp(start, UTC).isoformat(timespec="seconds"),
        **measured,
        "seconds": time.time() - start,
    }
