"""Fewer training rows, the same for all; validation and test are whole."""

import numpy as np

from euar.chapters.trained_encoders.fewer import Fewer
from euar.data import load


def test_training_rows_are_fewer_and_all_others_stay():
    whole, found = load("embedded"), Fewer(data="embedded", size=100).dataset()
    count = {word: int(np.sum(found.split == word)) for word in ("train", "valid", "test")}
    assert count == {word: int(np.sum(whole.split == word)) for word in count} | {"train": 100}
    assert Fewer(data="embedded", size=100).dataset().sha256 == found.sha256
