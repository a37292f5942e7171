"""Measure how long the clean features of the four real sets take, into results/extraction.json.

EUAR_DATA must name the folder that holds them. Two sets are extracted at a time, one thread each, into an
empty cache.
"""

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from time_readme import ROOT, circumstances

from euar.files import write_json

SETS = ("mosei", "nyud", "mvsa", "mosi")  # longest first
AT_ONCE = 2


def extract(name: str, cache: Path) -> float:
    """Return the seconds that `euar features NAME` takes."""
    start = time.perf_counter()
    environment = os.environ | {"EUAR_CACHE": str(cache), "OMP_NUM_THREADS": "1"}
    subprocess.run([sys.executable, "-m", "euar", "features", name], cwd=ROOT, env=environment, check=True)
    return round(time.perf_counter() - start, 1)


def main() -> None:
    """Measure all sets and write the result."""
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as cache, ThreadPoolExecutor(AT_ONCE) as pool:
        seconds = dict(zip(SETS, pool.map(lambda name: extract(name, Path(cache)), SETS), strict=True))
    whole = round(time.perf_counter() - start, 1)
    measured = {"seconds": seconds, "all": whole, "at_once": AT_ONCE, **circumstances()}
    write_json(ROOT / "results/extraction.json", measured)


if __name__ == "__main__":
    main()
