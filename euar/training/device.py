"""Where training runs, and on how many threads."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from euar._checks import shown


def resolve(device: str) -> torch.device:
    """Turn a name into a device; `"auto"` takes CUDA where there is some, else the CPU.

    Raises:
        ValueError: any other name, or CUDA, or a card of it, where there is none.
    """
    if isinstance(device, str) and device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    found = _known(device)
    if found.type == "cuda" and not torch.cuda.is_available():
        raise ValueError(f"device: {device!r} asked for, but torch finds no CUDA device here; use 'cpu'")
    if found.type == "cuda" and (found.index or 0) >= torch.cuda.device_count():
        cards = torch.cuda.device_count()
        raise ValueError(f"device: {device!r} asked for, but torch finds {cards} CUDA devices, from 'cuda:0'")
    return found


def _known(device: str) -> torch.device:
    """A device of the two kinds whose random streams `seeding` keeps apart."""
    try:
        found = torch.device(device) if isinstance(device, str) else None
    except RuntimeError:
        found = None
    if found is None or found.type not in ("cpu", "cuda"):
        raise ValueError(f"device: expected 'auto', 'cpu' or 'cuda', found {shown(device)}")
    return found


@contextmanager
def one_thread() -> Iterator[None]:
    """Use one CPU thread inside the block.

    Batches of 16 are too small to share out, and sums split over threads round differently on every machine.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
