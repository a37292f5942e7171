"""Which trainings run as one program, and the way of all to their end."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Protocol

from euar.training.loop import Training
from euar.training.stack import Stack

#: Bytes of weights up to which replicas share a program: more of them wait for memory.
_MOST_BYTES = 1 << 26


class Program(Protocol):
    """Some trainings that make their epochs at once: a `Training` alone, or a `Stack`."""

    def run_epoch(self) -> None:
        """Train one epoch, validate, and keep the best weights."""


def to_the_end(
    trainings: Sequence[Training], after: Callable[[Training], None], *, alone: bool
) -> Iterator[Training]:
    """Train until every training has its epochs; give each as soon as it has.

    Args:
        trainings: of one configuration on one data set, from wherever they stand.
        after: called with each training after each of its epochs.
        alone: whether there never was more than one: then it does without a stack, whose last bits differ.
            Of two and more, one that is left is still stacked, where the model permits it.
    """
    for program, members in _programs(trainings, alone):
        while len(members[0].history) < members[0].recipe.epochs:
            program.run_epoch()
            for training in members:
                after(training)
        yield from members


def _programs(trainings: Sequence[Training], alone: bool) -> Iterator[tuple[Program, Sequence[Training]]]:
    """The programs, with the trainings that each of them trains."""
    for members in _equally_far(trainings):
        if alone or not getattr(members[0].model, "stacks", False):
            yield from ((training, [training]) for training in members)
            continue
        weights = sum(weight.nbytes for weight in members[0].model.parameters())
        most = max(_MOST_BYTES // weights, 2)
        for start in range(0, len(members), most):
            part = members[start : start + most]
            yield Stack(part if len(part) > 1 else [*part, part[0].twin()]), part


def _equally_far(trainings: Sequence[Training]) -> list[list[Training]]:
    """The trainings by how many epochs they have made."""

    def made(training: Training) -> int:
        return len(training.history)

    return [list(members) for _, members in groupby(sorted(trainings, key=made), key=made)]
