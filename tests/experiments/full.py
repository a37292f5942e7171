"""Measurements of a test that runs out of room, in processes of their own."""

import errno
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Marked:
    """Says that it was measured, and ends as it is told to."""

    folder: str
    number: int
    end: str

    def dataset(self):
        return None

    def key(self, dataset):  # noqa: ARG002  the signature of a measurement
        return f"{self.number:016x}"

    def measure(self, experiment, dataset):  # noqa: ARG002
        (Path(self.folder) / f"measured-{self.number}").touch()
        time.sleep(0.1)  # long enough for a failure to be heard of
        if self.end == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        raise OSError(errno.ENOSPC, "No space left on device", f"{self.number}.json")
