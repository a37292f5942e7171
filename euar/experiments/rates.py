"""The choice of a learning rate, made anew for every seed: the luck of choosing is part of its spread."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

CHOICE = "of each seed, the lowest criterion on validation"


class Chosen(NamedTuple):
    """What one seed chose.

    Attributes:
        lr: the learning rate.
        trained: what training with it gave.
        valid_by_lr: {rate: what selection minimises, on the validation split}.
    """

    lr: float
    trained: Any
    valid_by_lr: dict[str, float]


def best_rate(
    rates: Sequence[float], train: Callable[[float], Any], criterion: Callable[[Any], float]
) -> Chosen:
    """Train one seed at each rate, and return the one that validation prefers.

    Args:
        rates: learning rates; the first of equals wins.
        train: rate -> what training gives.
        criterion: of that, the number that selection minimises on the validation split.
    """
    trained = {rate: train(rate) for rate in rates}
    valid = {rate: criterion(found) for rate, found in trained.items()}
    lr = min(valid, key=valid.__getitem__)
    return Chosen(lr, trained[lr], {str(rate): value for rate, value in valid.items()})


def at_the_edge(result: Mapping[str, Any]) -> dict[float, int]:
    """Return how many seeds chose the lowest or highest rate of a grid; empty if none, or without a grid.

    A grid whose best value lies at its end says that a better one may lie beyond.

    Args:
        result: whose runs have `lr` and `valid_by_lr`.
    """
    runs = [run for run in result.get("runs", ()) if "valid_by_lr" in run]
    grids = [(run["lr"], sorted(map(float, run["valid_by_lr"]))) for run in runs]
    found = [lr for lr, rates in grids if len(rates) > 1 and lr in (rates[0], rates[-1])]
    return {lr: found.count(lr) for lr in sorted(set(found))}
