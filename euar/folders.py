"""Where named data sets lie, and where computed files are kept; any Python 3 runs it, for `make doctor`."""

from __future__ import annotations

import os
from pathlib import Path


def data_folder(root: str | Path | None = None) -> Path:
    """Return the folder of the named sets: `root`, else `EUAR_DATA`, else `euar-data` in the home folder."""
    return Path(root or os.environ.get("EUAR_DATA") or _home() / "euar-data")


def cache_folder() -> Path:
    """Return `EUAR_CACHE`, else `euar` in the user's folder for caches.

    What lies there can be deleted at any time, and is then computed again.
    """
    return Path(os.environ.get("EUAR_CACHE") or _home() / ".cache" / "euar")


def searched() -> str:
    """Return where named data sets are looked for, in words."""
    chosen = "EUAR_DATA" if os.environ.get("EUAR_DATA") else "EUAR_DATA is not set"
    return f"Named data sets are looked for in {data_folder()} ({chosen})."


def _home() -> Path:
    """The user's home folder; the current folder where there is none, as in some containers."""
    try:
        return Path.home()
    except RuntimeError:  # no HOME, and a user whom the system does not know
        return Path.cwd()
