"""Extract slowly, to be killed half-way: `python killed.py FOLDER CACHE`."""

import sys
import time
from pathlib import Path

from euar.data import features
from tests.data.features.sources import Lengths, dataset


class Slow(Lengths):
    """Say when a batch is done, and wait before the next."""

    def extract(self, items):
        """See `Lengths`."""
        if self.seen:
            sys.stdout.write("one batch\n")
            sys.stdout.flush()
            time.sleep(60)
        return super().extract(items)


features.EXTRACTORS["lengths"] = ((), Slow)
features.extract(dataset(Path(sys.argv[1])), "text", "lengths", cache=Path(sys.argv[2]))
