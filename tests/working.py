"""What the tests of the lock run in processes of their own."""

import time
from pathlib import Path

from euar.lock import sole_worker
from euar.training import fit
from euar.training.loop import Training
from tests.training.tiny import TinyConfig, dataset


def hold(folder: str) -> None:
    """Work in a folder for ever."""
    with sole_worker(Path(folder)):
        time.sleep(3600)


def train_for_ever(folder: str, lr: float) -> None:
    """Train in a folder and stay in its second epoch."""
    run_epoch = Training.run_epoch

    def stay(self) -> None:
        if self.history:
            time.sleep(3600)
        run_epoch(self)

    Training.run_epoch = stay
    fit(TinyConfig(), dataset(), epochs=3, lr=lr, device="cpu", out=folder)
