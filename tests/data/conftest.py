"""The real files, where EUAR_DATA names the folder that holds them."""

import os
from pathlib import Path

import pytest

SKIPPED = "needs the real files: set EUAR_DATA to the folder that holds them"


@pytest.fixture
def real():
    """Return a function from a name inside EUAR_DATA to its path; without EUAR_DATA the test is skipped."""

    def find(name: str) -> Path:
        if "EUAR_DATA" not in os.environ:
            pytest.skip(SKIPPED)
        path = Path(os.environ["EUAR_DATA"]) / name
        assert path.exists(), f"{path}: expected the real files of {name}; unset EUAR_DATA to do without"
        return path

    return find
