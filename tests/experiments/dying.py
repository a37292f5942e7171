"""Measurements for the tests of schedulers: one that kills its own process once, and a plain one."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from euar.experiments.measurement import Measurement, Observation


@dataclass(frozen=True, kw_only=True)
class Plain(Measurement):
    """Observes nothing."""

    number: int = 0

    @property
    def name(self):
        return f"plain {self.number}"

    def settings(self, dataset):  # noqa: ARG002  the contract's
        return {"model": {}}

    def observe(self, dataset):  # noqa: ARG002  the contract's
        return Observation({"baselines": {}}, {})


@dataclass(frozen=True, kw_only=True)
class Dying(Plain):
    """Leaves a mark with its process; the first of all is killed as a machine is that goes away."""

    marks: str

    def observe(self, dataset):
        first = not any(Path(self.marks).iterdir())
        (Path(self.marks) / f"{time.monotonic_ns()}-{os.getpid()}").touch()
        if first:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().observe(dataset)
