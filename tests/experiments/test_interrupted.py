"""Killed at five random moments and started again: the same bits as without interruption."""

import random
import time

import numpy as np
import torch

from euar.files import read_json
from tests.experiments import interrupted
from tests.training.tiny import dataset

KILLS = 5
PATIENCE = 300.0  # seconds, for a busy machine


def start(processes, data, out):
    process = processes.Process(target=interrupted.main, args=(str(data), str(out)))
    process.start()
    return process


def epochs_done(out):
    """Completed epochs of all seeds, as the disk has them."""
    return sum(epochs_of(folder) for folder in out.glob("seed-*"))


def epochs_of(folder):
    if (folder / "run.json").exists():
        return interrupted.EPOCHS
    try:
        return len(torch.load(folder / "checkpoint.pt", weights_only=True)["history"])
    except FileNotFoundError:
        return 0  # not there yet, or gone this very moment


def wait_for_progress(process, out, goal):
    deadline = time.monotonic() + PATIENCE
    while epochs_done(out) < goal:
        assert process.is_alive()
        assert time.monotonic() < deadline
        time.sleep(0.05)


def without_times(result):
    runs = [{**run, "seconds": None} for run in result["runs"]]
    return {**result, "runs": runs, "seconds": None, "started": None}


def test_killed_and_started_again(processes, tmp_path):
    data = dataset(240).to_hdf5(tmp_path / "data.h5")
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    start(processes, data, whole).join()

    moments, rng = [], random.Random(0)
    for _ in range(KILLS):
        goal = epochs_done(broken) + rng.randint(1, 5)
        process = start(processes, data, broken)
        wait_for_progress(process, broken, goal)
        time.sleep(rng.uniform(0, 0.05))  # anywhere in the next epoch
        process.kill()
        process.join()
        moments.append(epochs_done(broken))
        assert not (broken / "result.json").exists()
    assert 0 < moments[0] < moments[-1] < interrupted.EPOCHS * len(interrupted.SEEDS)  # truly on the way

    last = start(processes, data, broken)
    last.join()
    assert last.exitcode == 0
    results = [without_times(read_json(folder / "result.json")) for folder in (whole, broken)]
    assert results[0] == results[1]
    for seed in interrupted.SEEDS:
        first, second = (np.load(folder / f"seed-{seed}" / "predictions.npz") for folder in (whole, broken))
        for split in ("valid", "test"):
            assert np.array_equal(first[split], second[split])
