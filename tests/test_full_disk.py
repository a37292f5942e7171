"""Commands on a disk without room: one sentence that names the file, exit status 1, nothing half-written."""

import pytest

from tests import working
from tests.data.rows import make
from tests.training.tiny import dataset

resource = pytest.importorskip("resource", reason="limits of files are POSIX")


@pytest.fixture
def euar(processes, tmp_path):
    """Return a function that runs a command with files of at most `room` bytes: status, and what it said."""

    def run(room, *arguments):
        said = tmp_path / "stderr"
        options = (room, str(said), [str(argument) for argument in arguments])
        process = processes.Process(target=working.on_full_disk, args=options)
        process.start()
        process.join()
        return process.exitcode, said.read_text()

    return run


def left(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file() and path.name != ".lock")


def test_convert_says_so_and_leaves_the_old_file(euar, tmp_path):
    out = tmp_path / "out" / "out.h5"
    command = ("data", "convert", dataset(2000).to_hdf5(tmp_path / "in.h5"), out)
    refused = (1, f"euar: [Errno 27] File too large: '{out}'\n")
    assert euar(20_000, *command) == refused
    assert left(out.parent) == []
    old = make().to_hdf5(out).read_bytes()
    assert euar(20_000, *command) == refused
    assert left(out.parent) == ["out.h5"]
    assert out.read_bytes() == old


@pytest.mark.parametrize("room", [300, 1500, 6000])
def test_train_says_so_and_goes_on_when_there_is_room(room, euar, tmp_path):
    data, out = dataset(80).to_hdf5(tmp_path / "in.h5"), tmp_path / "runs"
    command = ("train", data, "--system", "concat", "--seeds", 1, "--epochs", 1, "--out", out)
    status, said = euar(room, *command)
    assert status == 1
    assert said.startswith(f"euar: [Errno 27] File too large: '{out}/")
    assert said.count("\n") == 1
    assert not [name for name in left(out) if name.endswith(".part")]
    assert euar(10**6, *command)[0] == 0
    whole = {"identity.json", "model.json", "predictions.npz", "result.json", "run.json", "weights.pt"}
    assert set(left(out)) == whole


def test_template_leaves_nothing_and_can_be_written_again(euar, tmp_path):
    """Half of it would be taken for a folder that somebody has filled in."""
    mine = tmp_path / "mine"
    said = f"euar: [Errno 27] File too large: '{mine}/labels.csv'\n"
    assert euar(1000, "data", "template", mine) == (1, said)
    assert left(tmp_path) == ["stderr"]
    assert euar(10**6, "data", "template", mine) == (0, "")
