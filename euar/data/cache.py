"""Where computed files are kept: they can be deleted at any time, and are then computed again."""

import os
from pathlib import Path


def cache_folder() -> Path:
    """Return `EUAR_CACHE`, else `euar` in the user's folder for caches."""
    return Path(os.environ.get("EUAR_CACHE") or Path.home() / ".cache" / "euar")
