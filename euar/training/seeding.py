"""Random streams that do not touch each other: each belongs to a seed and a purpose.

A stream depends on these two alone, so that changing one consumer (say, the noise) leaves the others (the
initial weights, the order of the samples) as they were, and a run can restart at any epoch without stored
states.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch

from euar._checks import shown

_MOST = 10_000  # seeds of one call


def check_seeds(seeds: Sequence[int]) -> tuple[int, ...]:
    """Return the seeds of several runs.

    Raises:
        ValueError: not 1 to 10,000 different ints from 0 to 2^63 - 1.
    """
    few = tuple(seeds[: _MOST + 1]) if isinstance(seeds, Sequence) else ()  # a range may be endless
    if not 0 < len(few) <= _MOST or not all(map(_fits, few)) or len(set(few)) < len(few):
        raise ValueError(
            f"seeds: expected different ints, such as range(5), found {shown(seeds)}; "
            f"at most {_MOST} of them, each from 0 to 2^63 - 1"
        )
    return few


def _fits(seed: object) -> bool:
    return isinstance(seed, int) and not isinstance(seed, bool) and 0 <= seed < 2**63


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
