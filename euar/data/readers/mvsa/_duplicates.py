"""Rows that repeat each other: with the same picture, byte for byte, or with the same words."""

import re
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np

from euar.data.readers import provenance


@dataclass(frozen=True)
class Duplicates:
    """What `find` found.

    Attributes:
        pictures: the rows of each picture that stands in two rows or more.
        words: the same of texts.
        groups: the group of each row, see `components`.
    """

    pictures: list[list[int]]
    words: list[list[int]]
    groups: list[str]

    def in_another_split(self, split: Sequence[str]) -> np.ndarray:
        """Return bool (n,): the row's group also stands in another split than the row."""
        rows = list(chain.from_iterable(_across(_members(self.groups), split)))
        return np.isin(np.arange(len(self.groups)), rows)

    def counts(self, split: Sequence[str]) -> dict[str, int]:
        """Return the numbers of pictures and of texts in more than one split, and of rows in such groups."""
        return {
            "image_groups_across_splits": len(_across(self.pictures, split)),
            "text_groups_across_splits": len(_across(self.words, split)),
            "rows_in_another_split": int(self.in_another_split(split).sum()),
        }


def find(ids: Sequence[str], files: Iterable[Path], texts: Iterable[str]) -> Duplicates:
    """Compare pictures by their bytes (SHA-256), and texts by their words.

    Words are runs of letters, digits and underscores, whatever their case. Links and handles count,
    punctuation and spaces do not. A text without words equals no other.
    """
    pictures = _sharing(provenance.sha256(file) for file in files)
    words = _sharing(" ".join(re.findall(r"\w+", text.casefold())) for text in texts)
    return Duplicates(pictures, words, components(ids, pictures + words))


def components(ids: Sequence[str], sets: Iterable[Sequence[int]]) -> list[str]:
    """Return the group of each row, named by the id of its first row; the rows of a set are in one group."""
    parent = list(range(len(ids)))

    def first(row: int) -> int:
        while parent[row] != row:
            parent[row] = row = parent[parent[row]]
        return row

    for rows in sets:
        for row in rows[1:]:
            low, high = sorted((first(rows[0]), first(row)))
            parent[high] = low
    return [ids[first(row)] for row in range(len(ids))]


def _across(sets: Iterable[list[int]], split: Sequence[str]) -> list[list[int]]:
    """Return the sets that have rows in more than one split."""
    return [rows for rows in sets if len({split[row] for row in rows}) > 1]


def _sharing(keys: Iterable[str]) -> list[list[int]]:
    """Return the rows of each key that two rows or more have; of an empty key, none."""
    keys = list(keys)
    return [rows for rows in _members(keys) if len(rows) > 1 and keys[rows[0]]]


def _members(keys: Iterable[Hashable]) -> list[list[int]]:
    found: dict[Hashable, list[int]] = {}
    for row, key in enumerate(keys):
        found.setdefault(key, []).append(row)
    return list(found.values())
