"""The book of this checkout in the smoke profile, built at most once a session; Chromium; the playground."""

import subprocess
import sys
from pathlib import Path

import check_browser
import make_playground
import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def html():
    """The folder of the built pages."""
    command = [sys.executable, ROOT / "tools" / "run_book.py", "--profile", "smoke"]
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert run.returncode == 0, run.stdout
    return ROOT / "_build" / "html"


@pytest.fixture(scope="module")
def chromium():
    """A running browser."""
    with check_browser.browser() as running:
        yield running


@pytest.fixture(scope="module")
def asset():
    """The playground's header and arrays."""
    return make_playground.read(make_playground.ASSET.read_bytes())


@pytest.fixture(scope="module")
def models(asset):
    """{name: its trained models}, from the asset."""
    return make_playground.trained(*asset)
