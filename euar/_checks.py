"""Checks that several modules of the method share; each raises a ValueError that names what it got."""

import reprlib
import sys
from collections.abc import Collection, Mapping

import torch
from torch import Tensor

from euar._replicas import sees_values

_BRIEF = reprlib.Repr()
_BRIEF.maxstring = _BRIEF.maxother = _BRIEF.maxlong = 80


def check_width(name: str, x: Tensor, width: int) -> None:
    """Raise unless x is (B, width)."""
    if x.ndim != 2 or x.shape[1] != width:
        raise ValueError(f"{name}: expected shape (B, {width}), found {tuple(x.shape)}")


def check_features(name: str, x: Tensor, width: int) -> None:
    """Raise unless x is (B, width) or, in tokens or the like, (B, ..., width)."""
    if x.ndim < 2 or x.shape[-1] != width:
        expected = f"(B, {width}) or (B, ..., {width})"
        raise ValueError(f"{name}: expected shape {expected}, found {tuple(x.shape)}")


def check_rows(name: str, mask: Tensor, *rows: int) -> None:
    """Raise unless mask is a bool tensor of shape rows."""
    if mask.dtype != torch.bool or mask.shape != rows:
        raise ValueError(f"{name}: expected bool of shape {rows}, found {mask.dtype} {tuple(mask.shape)}")


def check_index(name: str, index: Tensor, *rows: int) -> None:
    """Raise unless index is an int64 tensor of shape (*rows, k)."""
    if index.dtype != torch.int64 or index.shape[:-1] != rows:
        expected = f"int64 of shape ({', '.join(map(str, rows))}, k)"
        raise ValueError(f"{name}: expected {expected}, found {index.dtype} {tuple(index.shape)}")


def check_word(name: str, word: str | None, allowed: Collection[str | None]) -> None:
    """Raise unless word is one of those allowed."""
    if not isinstance(word, str | None) or word not in tuple(allowed):
        raise ValueError(f"{name}: expected one of {', '.join(map(repr, allowed))}, found {shown(word)}")


def check_positive(name: str, number: int) -> None:
    """Raise unless number is an int of at least 1 that torch can count with."""
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise ValueError(f"{name}: expected an int of at least 1, found {shown(number)}")
    if number >= 2**31:
        raise ValueError(f"{name}: expected an int below 2^31, found {shown(number)}")


def check_share(name: str, value: object) -> None:
    """Raise unless value is a number from 0 to below 1, such as a rate of dropout."""
    if not (is_number(value) and 0 <= value < 1):  # type: ignore[operator]
        raise ValueError(f"{name}: expected a number from 0 to below 1, found {shown(value)}")


def is_number(value: object) -> bool:
    """Tell whether a value is a finite float, or an int that a float can hold."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    return abs(value) <= sys.float_info.max


def shown(value: object) -> str:
    """Return a value for an error: in a line of at most some 80 letters, whatever it is."""
    try:
        return " ".join(_BRIEF.repr(value).split())
    except ValueError:  # an int of thousands of digits
        return f"a {type(value).__name__}"


def check_inputs(
    inputs: Mapping[str, Tensor], available: Mapping[str, Tensor], widths: Mapping[str, int]
) -> int:
    """Raise unless the batch fits the model; return its number of rows."""
    if not inputs:
        raise ValueError(f"inputs: expected at least one of {', '.join(widths)}, found none")
    rows = next(iter(inputs.values())).shape[0]  # len() of a tensor would fix the size of what is exported
    for name, x in inputs.items():
        check_word("modality", name, widths)
        check_width(f"inputs[{name!r}]", x, widths[name])
        if x.shape[0] != rows or not x.is_floating_point():
            raise ValueError(f"inputs[{name!r}]: expected {rows} float rows, found {x.shape[0]} of {x.dtype}")
    for name, mask in available.items():
        check_word("modality", name, widths)
        check_rows(f"available[{name!r}]", mask, rows)
    if all(name in available for name in inputs):
        covered = torch.stack([available[name] for name in inputs]).any(dim=0)
        if sees_values(covered) and not covered.all():
            row = int((~covered).nonzero()[0])
            raise ValueError(f"available: row {row} has no modality; expected at least one in every row")
    return rows


def check_target(target: Tensor, prediction: Tensor, task: str) -> None:
    """Raise unless the target is what the task asks for, shape for shape."""
    if task == "regression":
        fits = target.shape == prediction.shape and target.is_floating_point()
        expected = f"float of shape {tuple(prediction.shape)}"
    else:
        fits = target.shape == prediction.shape[:1] and target.dtype == torch.int64
        expected = f"int64 of shape {tuple(prediction.shape[:1])}"
    if not fits:
        raise ValueError(f"target: expected {expected}, found {target.dtype} of shape {tuple(target.shape)}")
