"""Commands in the surroundings that a machine may have: the same answers, and no traceback."""

import json
import os
import subprocess
import sys
from pathlib import Path
from random import Random

import numpy as np
import pytest

from euar.data import MultimodalDataset

ROOT = Path(__file__).parents[4]
EXAMPLES = 4
UNKNOWN = "import pwd\n\ndef getpwuid(uid):\n    raise KeyError(uid)\n\npwd.getpwuid = getpwuid\n"
#: Ways in which machines differ; each draws one value a variable, None takes it away.
KINDS = {
    "letters": [
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "latin-1"},
        {"LC_ALL": "C", "PYTHONIOENCODING": "ascii:strict"},
    ],
    "home": [{"HOME": None}, {"HOME": ""}, {"HOME": "/nowhere"}, {"HOME": None, "PYTHONPATH": "{unknown}"}],
    "terminal": [{"COLUMNS": "20"}, {"FORCE_COLOR": "1"}, {"TERM": "dumb"}, {"NO_COLOR": "1"}],
    "matplotlib": [
        {"MATPLOTLIBRC": "{style}"},
        {"JPY_SESSION_NAME": "a.ipynb"},
        {"MPLCONFIGDIR": "/nowhere"},
    ],
    "python": [{"PYTHONOPTIMIZE": "2"}, {"PYTHONSAFEPATH": "1"}, {"PYTHONHASHSEED": "7"}],
}


def source(folder):
    """A folder whose name, modalities and classes hold what terminals, markup and pages have a use for."""
    made = folder / "[red] <b>é[/]"
    made.mkdir(parents=True)
    labels = ("<script>", "[/red]", "ja, ü")
    lines = [f'"{row}","{labels[row % 3]}"' for row in range(40)]
    (made / "labels.csv").write_text("\n".join(["id,label", *lines]) + "\n", encoding="utf-8")
    values = np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32)
    for name in ("type", "the é"):
        np.save(made / f"{name}.npy", values + np.arange(40)[:, None] % 3)
    (folder / os.fsdecode(b"\xff.csv")).write_bytes(b"a,b\n1\n")
    return folder


def run(folder, environment):
    command = [sys.executable, ROOT / "tests" / "cli" / "surroundings.py", source(folder)]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True)
    shown = (done.stdout + done.stderr).decode("utf-8", "replace")
    assert done.returncode == 0, shown
    assert "Traceback" not in shown, shown
    codes = json.loads((folder / "codes.json").read_text())
    metrics = json.loads((folder / "[bold]run\u2603" / "result.json").read_text())["runs"][0]["test"]
    return codes, MultimodalDataset.from_hdf5(folder / "out.h5").sha256, metrics


def environment(folder, changes):
    plain = {n: v for n, v in os.environ.items() if n in ("PATH", "HOME", "OMP_NUM_THREADS", "TMPDIR")}
    (folder / "sitecustomize.py").write_text(UNKNOWN)
    (folder / "matplotlibrc").write_text("text.usetex: True\nbackend: nowhere\n")
    places = {"unknown": folder, "style": folder / "matplotlibrc"}
    paths = [str(ROOT)]
    for name, value in changes.items():
        if name == "PYTHONPATH":
            paths.append(value.format(**places))
        elif value is None:
            plain.pop(name, None)
        else:
            plain[name] = value.format(**places)
    return plain | {"PYTHONPATH": os.pathsep.join(paths)}


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plain")
    return run(folder / "set", environment(folder, {}))


def test_the_plain_answers_are_right(plain):
    codes, _, metrics = plain
    assert {name for name, code in codes.items() if code == 0} == {
        "list", "info", "check", "convert", "again", "train",
    }  # fmt: skip
    assert {codes[name] for name in ("nothing", "damaged", "results", "bad option")} == {2}
    assert metrics["accuracy"] >= 0


@pytest.mark.parametrize("seed", range(EXAMPLES))
def test_the_answers_are_the_same_everywhere(seed, plain, tmp_path):
    rng, changes = Random(seed), {}
    for place, kind in enumerate(KINDS.values()):
        drawn = kind[seed % len(kind)] if place < 2 else rng.choice(kind)  # each of the first is met
        changes |= drawn
    assert run(tmp_path / "set", environment(tmp_path, changes)) == plain, changes
