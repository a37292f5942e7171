"""The exercises of the chapter on one's own data know right from wrong and name the slip."""

import numpy as np
import pytest

from euar.chapters.your_own_data import exercises as own

HOLDS = {
    "a": False,
    "b": False,
    "c": False,
    "d": False,
    "e": True,
}


def by_loop(ids, known, values):
    found = np.zeros((len(ids), values.shape[1]))
    for row, name in enumerate(ids):
        if name in known:
            found[row] = values[known.index(name)]
    return found


def by_pandas(ids, known, values):
    import pandas as pd

    return pd.DataFrame(values, index=known).reindex(ids, fill_value=0).to_numpy()


def padded(ids, known, values):
    return np.concatenate([values, np.zeros((len(ids) - len(known), values.shape[1]))])


def of_those_there(ids, known, values):
    return np.array([values[known.index(name)] for name in ids if name in known])


def with_the_last(ids, known, values):
    place = {name: row for row, name in enumerate(known)}
    return values[[place.get(name, -1) for name in ids]]


SLIPS = {
    "Write the function first": lambda *_: None,
    "order of the features": padded,
    "as they came": lambda ids, known, values: values,
    "A row is lost": of_those_there,
    "the row of another id": with_the_last,
    "Only c should be 0": lambda ids, known, values: np.zeros((len(ids), 2)),
    "Look each id": lambda ids, known, values: np.ones((len(ids), 2)),
}
RIGHT = {own.what_holds: [HOLDS], own.joined: [by_loop, by_pandas]}
WRONG = {
    own.what_holds: [
        dict.fromkeys(HOLDS, ...),
        *({**HOLDS, name: not right} for name, right in HOLDS.items()),
    ],
    own.joined: list(SLIPS.values()),
}


@pytest.mark.parametrize("words", SLIPS)
def test_a_slip_is_named(words):
    assert words in own.joined(SLIPS[words]).message
