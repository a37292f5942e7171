"""Writers killed at random moments: every file stays whole, and the next success removes what they left."""

import itertools
import random
import time

import numpy as np
import pytest
import torch

from euar import files, sealed
from euar.data import MultimodalDataset
from euar.experiments import store
from euar.training import Run
from tests import working
from tests.training.tiny import dataset
from tests.working import until

KILLS = 12  # at least, and so many more as it takes to catch some at work
AT_WORK = 3


@pytest.fixture(scope="module")
def folder(processes, tmp_path_factory):
    """A folder in which one process after the other was killed while it wrote."""
    folder, rng = tmp_path_factory.mktemp("killed"), random.Random(0)
    for kill in itertools.count(1):
        place = folder / str(rng.random())
        process = processes.Process(target=working.write_for_ever, args=(str(place),))
        process.start()
        until(lambda place=place: (place / "x").exists())
        time.sleep(rng.uniform(0, 0.4))
        assert process.is_alive()
        process.kill()
        process.join()
        if kill >= KILLS and len(list(folder.rglob(".*.part"))) >= AT_WORK:
            return folder
        assert kill < 20 * KILLS, "hardly one died at work"


def test_each_file_is_one_version(folder):
    for path in folder.glob("*/a.json"):
        assert len(set(files.read_json(path)["many"])) == 1
    for path in folder.glob("*/b.json"):
        assert len(set(sealed.read_json(path, "")["many"])) == 1
    for path in folder.glob("*/a.bin"):
        assert len(set(sealed.read(path, ""))) == 1
    versions = {dataset(80, seed=number).sha256 for number in range(200)}
    for path in folder.glob("*/a.h5"):
        assert MultimodalDataset.from_hdf5(path).sha256 in versions


def test_a_result_that_is_there_has_its_predictions(folder):
    results = [(place, found) for place in folder.iterdir() for found in store.load_results("x", place)]
    assert results
    for place, found in results:
        number = int(found["key"], 16)
        assert set(found["long"]) == {number}
        assert set(store.load_predictions(found, place)["test"].values.ravel()) == {number}


def test_a_run_that_says_so_is_whole(folder):
    runs = [path.parent for path in folder.glob("*/run-*/run.json")]
    assert runs
    for path in runs:
        run = Run.load(path, torch.nn.Linear(100, 100))
        assert set(run.predictions["test"]) == {run.history[0]["number"]}
        assert np.all(run.model.weight.detach().numpy() == run.history[0]["number"])


def test_the_next_success_sweeps(folder):
    for place in [path for path in folder.rglob("*") if path.is_dir()]:
        files.write_json(place / "next.json", {})
    assert not list(folder.rglob("*.part"))
