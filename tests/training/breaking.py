"""A mixture whose training breaks once, in whichever process: what runs in processes must be importable."""

from dataclasses import dataclass
from pathlib import Path

from euar.model import EUAR, EUARConfig


@dataclass(frozen=True)
class BreakingConfig(EUARConfig):
    """Until `fuse`, a file, is there, the second epoch ends with `end`."""

    fuse: str = ""
    end: str = "error"

    def build(self):
        return Breaking(self)


class Breaking(EUAR):
    def loss(self, output, target):
        terms = super().loss(output, target)
        if self.epoch < 2 or not self.config.fuse or Path(self.config.fuse).exists():
            return terms
        if self.config.end == "error":
            raise RuntimeError("the fuse has blown")
        return terms._replace(total=terms.total * float("nan"))
