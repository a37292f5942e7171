"""The choice of a learning rate, made anew for every seed: the luck of choosing is part of its spread."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from euar.training.grid import next_rate

CHOICE = "of each seed, the lowest criterion on validation"


class Chosen(NamedTuple):
    """What one seed chose.

    Attributes:
        lr: the learning rate.
        trained: what training with it gave.
        valid_by_lr: {rate: what selection minimises, on the validation split}; None where training left the
            finite.
    """

    lr: float
    trained: Any
    valid_by_lr: dict[str, float | None]


def best_rate(
    rates: Sequence[float], train: Callable[[float], Any], criterion: Callable[[Any], float]
) -> Chosen:
    """Train one seed at each rate, and at further ones while the best lies at an end; return the best.

    Args:
        rates: learning rates; a single one does not grow.
        train: rate -> what training gives.
        criterion: of that, the number that selection minimises on the validation split.
    """
    trained = {rate: train(rate) for rate in rates}
    while (further := next_rate({rate: criterion(found) for rate, found in trained.items()})) is not None:
        trained[further] = train(further)
    return best_of(dict(sorted(trained.items())), criterion)


def best_of(trained: Mapping[float, Any], criterion: Callable[[Any], float]) -> Chosen:
    """Return what validation prefers of one seed; the first of equals wins.

    Args:
        trained: {rate: what training gave}; None where it left the finite.
        criterion: see `best_rate`.
    """
    valid = {rate: None if found is None else criterion(found) for rate, found in trained.items()}
    finite = {rate: value for rate, value in valid.items() if value is not None}
    lr = min(finite, key=finite.__getitem__)
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
