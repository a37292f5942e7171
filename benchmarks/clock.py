"""Time several ways to do one thing so that their ratios can be trusted, also on a machine that is not idle.

Rounds take every way once, in random order, so that whatever slows the machine slows all of them; a ratio is
taken within each round, and what is told is its median and quartiles over the rounds.
"""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch

Call = Callable[[], object]
#: Takes a call and how often to repeat it; returns seconds a call.
Clock = Callable[[Call, int], float]
#: {way: seconds a call, one a round}.
Times = dict[str, list[float]]
_SLOW = 0.5  # seconds, from which on one call warms up, and one makes a sample


class Effort(NamedTuple):
    """How long to measure.

    Attributes:
        seconds: wall time after which no round begins, once there are `least` of them.
        least: rounds at least.
        most: rounds at most.
        shortest: seconds that one sample lasts at least; fast calls are repeated.
    """

    seconds: float = 10
    least: int = 5
    most: int = 15
    shortest: float = 0.005


class Spread(NamedTuple):
    """The median of a number over rounds, and its quartiles."""

    median: float
    low: float
    high: float


def spread(values: Sequence[float]) -> Spread:
    """Return median and quartiles, at four significant digits."""
    middle, low, high = (float(f"{q:.4g}") for q in np.percentile(values, [50, 25, 75]))
    return Spread(middle, low, high)


def paired(slow: Sequence[float], fast: Sequence[float]) -> Spread:
    """Return how many times faster the second is than the first, round by round."""
    return spread([a / b for a, b in zip(slow, fast, strict=True)])


def compare(calls: Mapping[str, Call], effort: Effort, clock: Clock, seed: int = 0) -> Times:
    """Time some calls in interleaved rounds.

    Args:
        calls: {way: what to call}.
        effort: how long to measure.
        clock: for one sample.
        seed: of the order within the rounds.

    Returns:
        {way: seconds a call, one a round}; the same index is the same round.
    """
    start, order, names = time.perf_counter(), random.Random(seed), list(calls)
    repeats = {name: _repeats(calls[name], effort, clock) for name in names}
    times: Times = {name: [] for name in names}
    for done in range(effort.most):
        if done >= effort.least and time.perf_counter() - start > effort.seconds:
            break
        order.shuffle(names)
        for name in names:
            times[name].append(clock(calls[name], repeats[name]))
    return times


def clock_of(device: torch.device) -> Clock:
    """Return the clock of a device: events, or CPU time, which other processes hardly lengthen."""
    return cuda if device.type == "cuda" else cpu


def cpu(call: Call, repeats: int) -> float:
    """CPU time of this process, seconds a call."""
    return _elapsed(time.process_time, call, repeats)


def wall(call: Call, repeats: int) -> float:
    """Wall time, seconds a call: for what starts other processes."""
    return _elapsed(time.perf_counter, call, repeats)


def cuda(call: Call, repeats: int) -> float:
    """Time between two events on the current CUDA device, seconds a call."""
    start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    start.record()
    for _ in range(repeats):
        call()
    end.record()
    torch.cuda.synchronize()
    return float(start.elapsed_time(end)) / 1000 / repeats


def _elapsed(now: Callable[[], float], call: Call, repeats: int) -> float:
    start = now()
    for _ in range(repeats):
        call()
    return (now() - start) / repeats


def _repeats(call: Call, effort: Effort, clock: Clock) -> int:
    """How often a sample repeats its call; the first call makes what is made once, and tells slow ones."""
    if clock(call, 1) > _SLOW:
        return 1
    return max(1, round(effort.shortest / max(clock(call, 1), 1e-9)))
