"""Rows per split in the lists that circulate (`reference`: the repositories' own notebooks and papers)."""

from typing import NamedTuple


class Counts(NamedTuple):
    """A published list.

    Attributes:
        data: which set it is of.
        where: who published it.
        rows: train, valid, test.
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
)


def recognised(rows: tuple[int, int, int]) -> Counts | None:
    """Return the published list with these counts, None if there is none."""
    return next((counts for counts in PUBLISHED if counts.rows == rows), None)
