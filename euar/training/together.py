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
    """Train until every training is done; give each as soon as it is.

    Args:
        trainings: of one configuration on one data set, from wherever they stand.
        after: called with each training after each of its epochs, but for one that broke it.
        alone: whether there never was more than one: then it does without a stack, whose last bits differ.
            Of two and more, one that is left is still stacked, where the model and the recipe permit it.
    """
    yield from (training for training in trainings if training.done)
    for members in _groups([training for training in trainings if not training.done], alone):
        left = members
        while left:
            program = _program(left, alone)
            while not any(training.done for training in left):
                program.run_epoch()
                for training in left:
                    if training.broken is None:
                        after(training)
            yield from (training for training in left if training.done)
            left = [training for training in left if not training.done]


def _program(members: Sequence[Training], alone: bool) -> Program:
    if alone or not _stacks(members[0]):
        return members[0]
    return Stack(members if len(members) > 1 else [*members, members[0].twin()])


def _groups(trainings: Sequence[Training], alone: bool) -> Iterator[Sequence[Training]]:
    """The trainings that share a program."""
    for members in _equally_far(trainings):
        most = 1
        if not alone and _stacks(members[0]):
            weights = sum(weight.nbytes for weight in members[0].model.parameters())
            most = max(_MOST_BYTES // weights, 2)
        yield from (members[start : start + most] for start in range(0, len(members), most))


def _stacks(training: Training) -> bool:
    """Whether the model says that its replicas may share a program, and a stack can do as the recipe says."""
    recipe = training.recipe
    plain = (recipe.accumulate, recipe.precision, recipe.compile) == (1, "32-true", False)
    one_rate, one_process = len(training.optimizer.param_groups) == 1, training.fabric.world_size == 1
    return getattr(training.model, "stacks", False) and plain and one_rate and one_process


def _equally_far(trainings: Sequence[Training]) -> list[list[Training]]:
    """The trainings by how many epochs they have made."""

    def made(training: Training) -> int:
        return len(training.history)

    return [list(members) for _, members in groupby(sorted(trainings, key=made), key=made)]
