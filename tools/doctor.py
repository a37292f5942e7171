"""Say what is there, what is missing and how to get it. Runs on any Python 3, with or without `.venv`."""

import importlib.util
import os
import platform
import shutil
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("torch", "numpy", "h5py", "matplotlib", "papermill", "jupyter-book", "playwright", "pytest")
DATASETS = ("mosi", "mosei", "mvsa", "nyud")


def line(good: bool, subject: str, finding: str, remedy: str = "") -> None:
    """Print one finding; the remedy only where something is missing."""
    print(
        f"{'  ok ' if good else '  -- '} {subject:<14} {finding}"
        + (f"; {remedy}" if remedy and not good else "")
    )


def packages() -> None:
    """Report the versions of what the book and the tests need."""
    inside = Path(sys.prefix) == ROOT / ".venv"
    line(inside, "environment", sys.prefix, "`make venv` creates .venv")
    line(sys.version_info >= (3, 11), "python", platform.python_version(), "3.11 or newer is needed")
    for name in PACKAGES:
        try:
            line(True, name, version(name))
        except PackageNotFoundError:
            line(False, name, "missing", "`make venv`")


def device() -> None:
    """Report what the profiles can run on."""
    if importlib.util.find_spec("torch") is None:
        line(False, "device", "unknown", "`make venv`")
        return
    import torch

    found = torch.cuda.is_available()
    name = torch.cuda.get_device_name() if found else f"{os.cpu_count()} CPU cores; profiles smoke and cpu"
    line(True, "device", name)


def data() -> None:
    """Report the data sets; only the embedded one is needed."""
    embedded = ROOT / "data" / "vader_tweets.h5"
    line(embedded.exists(), "embedded set", str(embedded), "restore it: `git checkout data`")
    folder = os.environ.get("EUAR_DATA")
    remedy = "optional: `euar data get NAME`, or set EUAR_DATA to the folder that holds it"
    for name in DATASETS:
        found = bool(folder) and (Path(folder) / name).is_dir()
        line(found, name, str(Path(folder) / name) if found else "not found", remedy)
    cache = os.environ.get("EUAR_CACHE")
    line(True, "EUAR_CACHE", cache or "not set, the default folder is used")


def chromium() -> None:
    """Report the browser that checks the pages."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    line(path is not None, "chromium", path or "missing", "the page checks skip; `apt-get install chromium`")


if __name__ == "__main__":
    packages()
    device()
    data()
    chromium()
