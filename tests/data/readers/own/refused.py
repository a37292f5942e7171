"""What the tests of users' own data share."""

from pathlib import Path

import numpy as np
import pytest

from euar.data import DataError, readers
from tests.data.readers.writers.own._rows import features

WORDS = ("train",) * 7 + ("valid",) * 2 + ("test",) * 3


def labels(folder: Path, cells, *, column=None, words=WORDS) -> Path:
    """Write labels.csv with one more column if there is any, and a modality of noise."""
    extra = {"split": words} if words else {}
    table = {"id": [f"i{row}" for row in range(len(cells))], "label": cells} | extra | (column or {})
    lines = [",".join(table), *(",".join(map(str, row)) for row in zip(*table.values(), strict=True))]
    (folder / "labels.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    np.save(folder / "noise.npy", features(0, len(cells), 2))
    return folder


def refusal(path: Path) -> DataError:
    """Return the error of reading a source, after a look at its five parts."""
    with pytest.raises(DataError) as caught:
        readers.read(path)
    assert all(isinstance(part, str) and part for part in caught.value.args)
    return caught.value
