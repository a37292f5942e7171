"""The book of this checkout in the smoke profile, built at most once a session."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def html():
    """The folder of the built pages."""
    command = [sys.executable, ROOT / "tools" / "run_book.py", "--profile", "smoke"]
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert run.returncode == 0, run.stdout
    return ROOT / "_build" / "html"
