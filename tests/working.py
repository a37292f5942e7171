"""What the tests of locks, kills and full disks run in processes of their own."""

import os
import resource
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from euar import cli, files, sealed
from euar.data import download
from euar.data.catalogue import Download
from euar.experiments import store
from euar.experiments.measurement import Predicted, Result
from euar.lock import sole_worker
from euar.training import Run, fit
from euar.training.loop import Training
from tests.training.tiny import TinyConfig, dataset


def until(condition: Callable[[], Any]) -> Any:
    """Return what the condition returns as soon as that is true; wait a minute."""
    for _ in range(600):
        if value := condition():
            return value
        time.sleep(0.1)
    raise TimeoutError


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


def get(folder: str, url: str, sha256: str) -> None:
    """Download a set of one file as `euar data get` does, from a server of the test."""
    entry = download.catalogue.entry("mosi")
    source = Download(url=url, to="a.bin", sha256=sha256, bytes=None, repository="", commit="")
    download.catalogue.entry = lambda _name: replace(entry, sources=(source,))
    download.get("mosi", folder, accept_terms=True)


def write_for_ever(folder: str) -> None:
    """Write every kind of file over and over, each version consistent in itself."""
    for number in range(10**9):
        for write in WRITERS.values():
            write(Path(folder), number)


def _result(folder: Path, number: int) -> None:
    known = {"name": "x", "measurement": "x", "request": {}, "model": {}}
    whose = {"experiment": "x", "key": f"{number:016x}", "command": "euar", "started": "x"}
    record = whose | {
        "config": known,
        "baselines": {},
        "data": {"name": "x", "sha256": "x"},
        "code": {"sha256": "x"},
        "long": [number] * 2000,
    }
    said = Predicted(np.array(["a"] * 999), np.full((2, 999), number))
    store.save_result(Result(record, {"test": said}), folder)


def _run(folder: Path, number: int) -> None:
    model, said = torch.nn.Linear(100, 100), {split: np.full(999, number) for split in ("valid", "test")}
    torch.nn.init.constant_(model.weight, number)
    metrics: dict[str, dict[str, float]] = {"valid": {}, "test": {}}
    Run(0, model, 1, [{"number": number}] * 100, metrics, said, 0.0).save(folder / f"run-{number}")


WRITERS = {
    "json": lambda folder, number: files.write_json(folder / "a.json", {"many": [number] * 5000}),
    "sealed": lambda folder, number: sealed.write(folder / "a.bin", bytes([number % 256]) * 100_000),
    "sealed json": lambda folder, number: sealed.write_json(folder / "b.json", {"many": [number] * 5000}),
    "hdf5": lambda folder, number: dataset(80, seed=number).to_hdf5(folder / "a.h5"),
    "result": _result,
    "run": _run,
}


def on_full_disk(room: int, said: str, arguments: list[str]) -> None:
    """Run the command line where no file may have more than `room` bytes; end with its exit status."""
    with Path(said).open("w") as file:
        os.dup2(file.fileno(), 2)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    cli.app(arguments)
