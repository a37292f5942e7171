"""What a reader has answered: numbers, truths, entries by name, or what a function of theirs gives."""

import copy
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


class AnswerError(Exception):
    """An answer is not right; the message says what to look at next."""


class StubError(AnswerError):
    """Nothing is answered yet."""


def require(condition: object, hint: str) -> None:
    """Go on if a condition holds.

    Raises:
        AnswerError: it does not; `hint` is the message.
    """
    if not condition:
        raise AnswerError(hint)


def array(answer: Any) -> NDArray:
    """Return numbers or truths as one array, on the CPU and without a gradient.

    Args:
        answer: a number, a tensor, an array, or a list or tuple of them, nested as you like.

    Raises:
        StubError: a part of it is still `...` or None.
        AnswerError: a part is something else, or parts differ in shape.
    """
    if _is_empty(answer):
        raise StubError("Put your answer in place of the dots.")
    try:
        found = np.asarray(_plain(answer))
    except (TypeError, ValueError) as error:  # parts that differ in shape, a dtype that NumPy lacks
        raise AnswerError(f"Expected an array of numbers: {error}") from error
    kind = getattr(answer, "dtype", type(answer).__name__)
    require(found.dtype.kind in "biuf", f"Expected numbers or truth values, found {kind}.")
    return found


def shaped(answer: Any, *shape: int) -> NDArray:
    """Return an array as `array` does, and insist on its shape.

    Raises:
        AnswerError: it has another one.
    """
    found = array(answer)
    wanted = f"shape {shape}" if shape else "one number"
    require(found.shape == shape, f"Found shape {found.shape}, expected {wanted}.")
    return found


def entries(answer: Any, names: Collection[str]) -> Iterable[tuple[str, Any]]:
    """Return each name with what the answer has for it.

    Raises:
        AnswerError: a name is missing, or the answer is no mapping.
    """
    complete = isinstance(answer, Mapping) and set(names) <= set(answer)
    require(complete, f"Answer for each of these: {', '.join(names)}.")
    return [(name, answer[name]) for name in names]


def call(answer: Any, *arguments: Any) -> Any:
    """Return what the reader's function gives for copies of the arguments.

    Raises:
        StubError: it is not written yet.
        AnswerError: it is no function, or it raises; the message names the exception.
    """
    return call_on(answer, *copy.deepcopy(arguments))


def call_on(answer: Any, *arguments: Any) -> Any:
    """Return what the reader's function gives for these very arguments, and raise what `call` does."""
    require(callable(answer) or _is_empty(answer), f"Expected a function, found {type(answer).__name__}.")
    try:
        found = None if _is_empty(answer) else answer(*arguments)
    except NotImplementedError:
        found = None
    except Exception as error:  # whatever the reader's function raises is feedback for its author
        raise AnswerError(f"Your function raised {type(error).__name__}: {error}") from error
    if _is_empty(found):
        raise StubError("Write the function first: so far it returns nothing.")
    return found


def on_cases(answer: Any, cases: Iterable[Sequence[Any]]) -> NDArray:
    """Return the number that the reader's function gives for each case, (cases,).

    Raises:
        AnswerError: see `call`; or it gives something else than one number.
    """
    return np.array([shaped(call(answer, *case)) for case in cases])


def gradients(found: Any, inputs: Sequence[Tensor], unreached: str) -> tuple[Tensor, ...]:
    """Return the gradient of the sum of a tensor with respect to each input, zero where none arrives.

    Raises:
        AnswerError: the tensor has no gradient (`unreached`), or computing it raises.
    """
    require(isinstance(found, Tensor) and found.requires_grad, unreached)
    return call_on(
        lambda: torch.autograd.grad(
            found.sum(), inputs, retain_graph=True, allow_unused=True, materialize_grads=True
        )
    )


def each(function: Callable[..., Any], cases: Iterable[Sequence[Any]]) -> list[Any]:
    """Return what a function gives for each case."""
    return [function(*case) for case in cases]


def _is_empty(answer: object) -> bool:
    return answer is None or answer is ...


def _plain(answer: Any) -> Any:
    if isinstance(answer, Tensor):
        return answer.numpy(force=True)
    return [array(part) for part in answer] if isinstance(answer, list | tuple) else answer
