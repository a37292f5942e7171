"""What an experiment is about to do: which measurements, in words that tell them apart, and for how long."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean
from typing import Any, TypeVar

from euar.experiments.measurement import Measurement
from euar.experiments.store import newest, result_path

_Asked = TypeVar("_Asked", bound=Measurement)
_T = TypeVar("_T")


def told_apart(named: Sequence[tuple[str, Mapping[str, Any]]]) -> list[str]:
    """Return some measurements in words: the name of each, and the fields in which the requests differ.

    Args:
        named: (name, request) of each; a request is nested plain values.

    Example:
        >>> told_apart([("ours", {"data": "a", "recipe": {"lr": lr}}) for lr in (0.1, 0.2)])
        ['ours, lr=0.1', 'ours, lr=0.2']
    """
    flat = [dict(_leaves("", request)) for _, request in named]
    fields = dict.fromkeys(field for leaves in flat for field in leaves)
    differ = [field for field in fields if len({leaves.get(field) for leaves in flat}) > 1]
    return [_words(name, leaves, differ) for (name, _), leaves in zip(named, flat, strict=True)]


def with_seeds(asked: Sequence[_Asked], seeds: tuple[int, ...]) -> list[_Asked]:
    """Return measurements of other seeds.

    Raises:
        ValueError: one that has no seeds.
    """
    for one in asked:
        if "seeds" not in one.request():
            raise ValueError(f"seeds: {one.name} has none; leave them out, or choose others by name")
    changes: dict[str, Any] = {"seeds": seeds}
    return [replace(one, **changes) for one in asked]


def shard(asked: Sequence[_T], part: str) -> list[_T]:
    """Return every n-th measurement, so that n machines share them.

    Args:
        asked: all.
        part: i/n: `"1/4"` is the first, the fifth and so on.

    Raises:
        ValueError: not of this form, or i not in 1 ... n.
    """
    i, slash, n = part.partition("/")
    if not (slash and i.isdecimal() and n.isdecimal() and 1 <= int(i) <= int(n)):
        raise ValueError(f"shard: expected i/n such as 1/4, with i from 1 to n, found {part!r}")
    return list(asked[int(i) - 1 :: int(n)])


def is_there(name: str, one: Measurement, root: Path) -> bool:
    """Return whether the results of an experiment hold a measurement: same data, same code."""
    return result_path(name, one.key(), root).exists()


def estimate(name: str, asked: Sequence[Measurement]) -> float | None:
    """Return how many seconds measurements took when they were last measured; None where none ever was.

    What was never measured counts as the mean of the others. Another machine has another pace.

    Args:
        name: of the experiment.
        asked: what to measure.
    """
    known = [result["seconds"] for _, result in newest(name, asked)]
    return fmean(known) * len(asked) if known else None


def _leaves(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for field, part in value.items():
            yield from _leaves(field, part)
    elif value is not None:
        yield path, _listed(value) if isinstance(value, list | tuple) else str(value)


def _listed(values: Sequence[Any]) -> str:
    """Values with commas between them; of a run of integers, such as twenty seeds, its ends."""
    whole = all(type(value) is int for value in values)
    if len(values) > 2 and whole and list(values) == list(range(values[0], values[-1] + 1)):
        return f"{values[0]}...{values[-1]}"
    return ",".join(map(str, values))


def _words(name: str, leaves: Mapping[str, str], differ: Sequence[str]) -> str:
    """A field that says the name again is left out."""
    said = [f"{field}={leaves[field]}" for field in differ if leaves.get(field) not in (None, name)]
    return ", ".join((name, *said))
