"""What stands in a pickle beside its splits is named, in each layout with splits at the top."""

import numpy as np
import pytest

from tests.data.readers.writers.pickles import mmsa, mult


@pytest.mark.parametrize("writer", [mmsa, mult], ids=["mmsa", "mult"])
def test_what_stands_beside_the_splits_is_named(writer, read):
    content = writer.content()
    expected, found = read(content), read(content | {"val": {"id": []}, "note": np.zeros((2, 3))})
    assert found.sha256 == expected.sha256
    assert found.meta["source"]["left_out"] == [
        "key 'val': a dict of 1",
        "key 'note': float64 of shape (2, 3)",
    ]
