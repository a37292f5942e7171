"""The real files, where EUAR_DATA names the folder that holds them."""

import os
from pathlib import Path

import pytest


@pytest.fixture
def real():
    """Return a function from a name inside EUAR_DATA to its path; the test is skipped where it is absent."""

    def find(name: str) -> Path:
        path = Path(os.environ.get("EUAR_DATA", "no-such-folder")) / name
        if not path.exists():
            pytest.skip("needs the real files: set EUAR_DATA to the folder that holds them")
        return path

    return find
