"""What the test of an interrupted experiment measures: three measurements that never end."""

import os
import time
from dataclasses import dataclass
from multiprocessing import parent_process
from pathlib import Path

if parent_process() is not None:  # a worker loads its modules
    (Path(os.environ["ENDLESS"]) / f"loading-{os.getpid()}").touch()
    time.sleep(float(os.environ["SECONDS"]))


@dataclass(frozen=True)
class Endless:
    """Says which process measures it, and goes on for ever."""

    folder: str
    number: int

    @property
    def name(self):
        return f"endless {self.number}"

    def request(self):
        return {"number": self.number}

    def dataset(self):
        return None

    def key(self, dataset=None):  # noqa: ARG002  the signature of a measurement
        return f"{self.number:016d}"

    def measure(self, experiment, dataset):  # noqa: ARG002
        (Path(self.folder) / f"measuring-{os.getpid()}").touch()
        while True:
            time.sleep(0.1)


def measurements():
    return [Endless(os.environ["ENDLESS"], number) for number in range(3)]
