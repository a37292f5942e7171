"""What the test of a killed experiment runs in a process of its own: a measurement that never ends."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

from euar.experiments import run


@dataclass(frozen=True)
class Endless:
    """Says which process measures it, and goes on for ever."""

    folder: str

    def dataset(self):
        return None

    def key(self, dataset):  # noqa: ARG002  the signature of a measurement
        return "0" * 16

    def measure(self, experiment, dataset):  # noqa: ARG002
        (Path(self.folder) / "worker").write_text(str(os.getpid()))
        time.sleep(3600)


def main(folder: str) -> None:
    list(run.run_experiment("endless", [Endless(folder)], Path(folder)))
