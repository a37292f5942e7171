"""`euar experiment`: what is chosen, what it will take, what is there already, and how it stops."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from euar import cli
from euar.experiments import store
from tests.training.tiny import dataset

ROOT = Path(__file__).parents[2]
ALL = [
    "default, lr=0.001",
    "default, lr=0.01",
    "concat, lr=0.001",
    "concat, lr=0.01",
]


@pytest.fixture(autouse=True)
def data(tmp_path_factory, monkeypatch):
    file = dataset(80).to_hdf5(tmp_path_factory.mktemp("data") / "tiny.h5")
    monkeypatch.setenv("SMALL", str(file))


def euar(*arguments):
    return CliRunner().invoke(cli.app, ["experiment", *(str(argument) for argument in arguments)])


def listed(root, *options):
    """{line: there or to measure} of a dry run."""
    done = euar("tests.cli.small", "--root", root, "--dry-run", *options)
    assert done.exit_code == 0, done.output
    lines = [line for line in done.stdout.splitlines() if not line.startswith("Experiment")]
    return {line[12:]: line[:12].strip() for line in lines}


def test_a_dry_run_lists_and_measures_nothing(tmp_path):
    assert list(listed(tmp_path)) == ALL
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("options", "chosen"),
    [
        (["--only", "concat"], ALL[2:]),
        (["--only", "lr=0.01"], ALL[1::2]),
        (["--shard", "1/3"], ALL[::3]),
        (["--shard", "3/3"], ALL[2:3]),
        (["--only", "default", "--shard", "2/2"], ALL[1:2]),
    ],
)
def test_options_choose(options, chosen, tmp_path):
    assert list(listed(tmp_path, *options)) == chosen


def test_shards_share_all_and_nothing_twice(tmp_path):
    parts = [list(listed(tmp_path, "--shard", f"{i}/3")) for i in (1, 2, 3)]
    assert sorted(line for part in parts for line in part) == sorted(ALL)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--shard", "0/3"], "shard: expected i/n such as 1/4"),
        (["--shard", "4/3"], "shard: expected i/n"),
        (["--shard", "half"], "shard: expected i/n"),
        (["--only", "ridge"], "only: expected text in one of default, lr=0.001 | default"),
        (["--seeds", "x"], "seeds: expected a number such as 5"),
    ],
)
def test_options_that_choose_nothing_are_one_block(options, words, tmp_path):
    done = euar("tests.cli.small", "--root", tmp_path, *options)
    assert done.exit_code == 2
    assert words in done.stderr


def test_what_is_there_is_said_and_not_measured_again(tmp_path):
    first = euar("tests.cli.small", "--root", tmp_path, "--only", "concat", "--seeds", "4,9")
    assert first.exit_code == 0, first.output
    assert "Experiment: 2 of 2 to measure, never measured before" in first.stdout
    kept = store.load_results("small", tmp_path)
    assert [[run["seed"] for run in result["runs"]] for result in kept] == [[4, 9], [4, 9]]
    assert list(listed(tmp_path, "--seeds", "4,9").values()) == ["to measure"] * 2 + ["there"] * 2
    again = euar("tests.cli.small", "--root", tmp_path, "--only", "concat", "--seeds", "4,9")
    assert again.stdout == f"Experiment: nothing to measure; {tmp_path / 'small'} holds all 2\n"


def test_the_estimate_is_what_it_took_when_it_was_last_measured(tmp_path, monkeypatch):
    euar("tests.cli.small", "--root", tmp_path / "results", "--only", "concat, lr=0.01")
    (file,) = (tmp_path / "results" / "small").glob("*.json")
    result = json.loads(file.read_text()) | {"seconds": 600.0}
    del result["sha256"]  # as before there were hashes
    file.write_text(json.dumps(result))
    monkeypatch.setattr(store, "resource", lambda name: tmp_path / name)
    shown = euar("tests.cli.small", "--root", tmp_path / "new", "--dry-run", "--jobs", 4).stdout
    assert "4 of 4 to measure, about 10 min if as fast as when last measured" in shown


def test_an_unknown_experiment_is_exit_2():
    done = euar("table-9")
    assert done.exit_code == 2
    assert "expected one of calibrated_sigma, data_and_leaks" in done.stderr


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="asks Linux which processes are there")
@pytest.mark.parametrize(("state", "seconds"), [("loading", 60), ("measuring", 0)])
def test_ctrl_c_stops_at_once(state, seconds, tmp_path):
    options = ["experiment", "tests.cli.endless", "--root", tmp_path, "--jobs", "2"]
    environment = os.environ | {"ENDLESS": str(tmp_path), "SECONDS": str(seconds), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "euar", *options]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            workers = until(lambda: found if len(found := list(tmp_path.glob(f"{state}-*"))) == 2 else [])
            os.killpg(process.pid, signal.SIGINT)  # as a terminal does
            _, said = process.communicate(timeout=30)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == 130
    assert said == "euar: stopped; the same command continues here\n"
    assert not [w for w in workers if Path(f"/proc/{w.name.rpartition('-')[2]}").exists()]
    assert len(list(tmp_path.glob(f"{state}-*"))) == 2  # the third was not begun


def until(condition):
    """What the condition returns as soon as that is true; waits a minute."""
    for _ in range(600):
        if value := condition():
            return value
        time.sleep(0.1)
    raise TimeoutError
