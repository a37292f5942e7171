"""Rows per split in the lists that circulate (`reference`: the repositories' own notebooks and papers)."""

from typing import NamedTuple

import numpy as np

from euar.data.dataset import MultimodalDataset

SPLITS = ("train", "valid", "test")
_NEAR = 0.01  # of the rows of a list


class Counts(NamedTuple):
    """A published list.

    Attributes:
        data: which set it is of.
        where: who published it.
        rows: train, valid, test; without valid, some training rows may serve as such.
    """

    data: str
    where: str
    rows: tuple[int, int, int]


PUBLISHED = (
    Counts("mosi", "MMSA and the paper (CMU-MOSI)", (1284, 229, 686)),
    Counts("mosi", "MAG-BERT and MIB (CMU-MOSI)", (1281, 229, 685)),
    Counts("mosei", "MMSA and the paper (CMU-MOSEI)", (16326, 1871, 4659)),
    Counts("mosei", "MAG-BERT and MIB (CMU-MOSEI)", (16265, 1869, 4643)),
    Counts("mosei", "the label list with texts (CMU-MOSEI)", (16274, 1861, 4653)),
    Counts("mvsa", "QMF (MVSA-Single)", (1555, 518, 519)),
    Counts("nyud", "the official split (NYU Depth V2)", (795, 0, 654)),
)


def rows_of(dataset: MultimodalDataset) -> tuple[int, int, int]:
    """Return the rows of train, valid and test."""
    train, valid, test = (int(np.sum(dataset.split == word)) for word in SPLITS)
    return train, valid, test


def recognised(rows: tuple[int, int, int]) -> Counts | None:
    """Return the published list with these counts, None if there is none."""
    joined = (rows[0] + rows[1], 0, rows[2])
    return next((counts for counts in PUBLISHED if counts.rows in (rows, joined)), None)


def nearest(rows: tuple[int, int, int]) -> Counts | None:
    """Return the published list whose counts are closest, None if all differ by more than 1 %."""

    def distance(counts: Counts) -> float:
        return sum(abs(a - b) for a, b in zip(rows, counts.rows, strict=True)) / sum(counts.rows)

    closest = min(PUBLISHED, key=distance)
    return closest if distance(closest) <= _NEAR else None
