"""Where computed files are kept: they can be deleted at any time, and are then computed again."""

import os
from pathlib import Path

from euar.files import home


def cache_folder() -> Path:
    """Return `EUAR_CACHE`, else `euar` below `.cache` in the home folder."""
    return Path(os.environ.get("EUAR_CACHE") or home() / ".cache" / "euar")
