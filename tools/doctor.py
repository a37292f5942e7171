"""Say what is there, what is missing and how to get it. Runs on any Python 3, with or without `.venv`."""

import importlib.util
import json
import os
import platform
import shutil
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("torch", "numpy", "h5py", "matplotlib", "papermill", "jupyter-book", "playwright", "pytest")
sys.path.insert(0, str(ROOT))  # what of euar needs no package

from euar.folders import cache_folder, data_folder, searched  # noqa: E402


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
    """Report the data sets, where `euar data list` looks for them; only the embedded one is needed."""
    embedded = ROOT / "data" / "vader_tweets.h5"
    line(embedded.exists(), "embedded set", str(embedded), "restore it: `git checkout data`")
    catalogue = json.loads((ROOT / "data" / "catalogue.json").read_text(encoding="utf-8"))
    for name in [name for name, entry in catalogue.items() if entry["sources"]]:
        folder = data_folder() / name
        found = folder.is_dir()
        remedy = f"optional: `euar data get {name}`, or set EUAR_DATA to the folder that holds it"
        line(found, name, str(folder) if found else "not found", remedy)
    line(True, "data folder", searched())
    line(True, "cache folder", str(cache_folder()))


def chromium() -> None:
    """Report the browser that checks the pages."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    line(path is not None, "chromium", path or "missing", "the page checks skip; `apt-get install chromium`")


if __name__ == "__main__":
    packages()
    device()
    data()
    chromium()
