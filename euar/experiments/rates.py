"""The choice of a learning rate, made anew for every seed: the luck of choosing is part of its spread."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from euar.training import Run
from euar.training.grid import LADDER, best_rate, criteria

CHOICE = "of each seed, the lowest criterion on validation"


class Chosen(NamedTuple):
    """What one seed chose.

    Attributes:
        run: the one that it keeps.
        lr: its learning rate.
        valid_by_lr: {rate: what selection minimises, on the validation split}; None where training left the
            finite.
    """

    run: Run
    lr: float
    valid_by_lr: dict[str, float | None]

    def record(self) -> dict[str, Any]:
        """Return what a result keeps of it, as plain values."""
        return {**self.run.record(), "lr": self.lr, "valid_by_lr": self.valid_by_lr}


def best_of(tried: Mapping[float, Run | None]) -> Chosen:
    """Return what validation prefers of one seed.

    Args:
        tried: {rate: its run}; None where training left the finite.
    """
    valid = criteria(tried)
    lr = best_rate(valid)
    run = tried[lr]
    assert run is not None  # its value is finite
    return Chosen(run, lr, {str(rate): value for rate, value in valid.items()})


def at_the_edge(result: Mapping[str, Any]) -> dict[float, int]:
    """Return how many seeds chose the lowest or highest rate of a grid; empty if none, or without a grid.

    A grid whose best value lies at its end says that a better one may lie beyond. At the ends of `LADDER` it
    may not: there nothing is learned, or everything breaks.

    Args:
        result: whose runs have `lr` and `valid_by_lr`.
    """
    runs = [run for run in result.get("runs", ()) if "valid_by_lr" in run]
    grids = [(run["lr"], sorted(map(float, run["valid_by_lr"]))) for run in runs]
    ends = (LADDER[0], LADDER[-1])
    found = [lr for lr, rates in grids if len(rates) > 1 and lr in (rates[0], rates[-1]) and lr not in ends]
    return {lr: found.count(lr) for lr in sorted(set(found))}
