"""Random streams that do not touch each other: each belongs to a seed and a purpose.

A stream depends on these two alone, so that changing one consumer (say, the noise) leaves the others (the
initial weights, the order of the samples) as they were, and a run can restart at any epoch without stored
states.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

import torch


def derive(seed: int, purpose: str) -> int:
    """Return a number in [0, 2^63) that SHA-256 makes of a seed and a purpose.

    Args:
        seed: the run's seed.
        purpose: what the stream is for, such as `"order/3"`.
    """
    digest = hashlib.sha256(f"{seed}/{purpose}".encode()).digest()
    return int.from_bytes(digest[:8], "little") >> 1


def generator(seed: int, purpose: str, device: torch.device | str = "cpu") -> torch.Generator:
    """Return a fresh generator for one purpose of a run, on the device that will draw from it."""
    return torch.Generator(device).manual_seed(derive(seed, purpose))


@contextmanager
def global_stream(seed: int, purpose: str, device: torch.device | str = "cpu") -> Iterator[None]:
    """Seed torch's global generators inside the block and restore them after it.

    For code that knows no other source: the initialisation of layers, and dropout.
    """
    device = torch.device(device)
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(derive(seed, purpose))
        yield
