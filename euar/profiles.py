"""Profiles: how much of the machine a chapter may use.

A chapter asks once and scales itself by the answer: the same notebook runs in seconds on two cores, and in
full on a GPU. Nothing that a chapter claims depends on the profile.
"""

import os
from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Profile:
    """What a chapter may spend.

    Attributes:
        name: `"smoke"`, `"cpu"` or `"gpu"`.
        device: where tensors live, `"cpu"` or `"cuda"`.
        seeds: one training run each.
        epochs: passes over the training rows in each run.
    """

    name: str
    device: str
    seeds: tuple[int, ...]
    epochs: int


_PROFILES = {
    "smoke": Profile("smoke", "cpu", seeds=(0, 1, 2), epochs=20),
    "cpu": Profile("cpu", "cpu", seeds=(0, 1, 2, 3, 4), epochs=100),
    "gpu": Profile("gpu", "cuda", seeds=(0, 1, 2, 3, 4), epochs=100),
}


def choose_profile(name: str | None = None) -> Profile:
    """Return the profile of that name.

    Args:
        name: `"smoke"`, `"cpu"` or `"gpu"`; None reads the environment variable `EUAR_PROFILE`, and takes
            `"smoke"` where it is not set.

    Raises:
        ValueError: no such profile.
        RuntimeError: `"gpu"`, and PyTorch finds no CUDA device.
    """
    name = name or os.environ.get("EUAR_PROFILE") or "smoke"
    if name not in _PROFILES:
        raise ValueError(f"profile: expected one of {', '.join(_PROFILES)}, found {name!r}")
    if name == "gpu" and not torch.cuda.is_available():
        raise RuntimeError("profile: 'gpu' needs a CUDA device and PyTorch finds none; use 'cpu' or 'smoke'")
    return _PROFILES[name]
