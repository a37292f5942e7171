"""What `pip install` from an address gives: the wheel alone, in any folder, with no checkout around it."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[1]
CHAPTER = "intro.ipynb"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    options = ["--no-deps", "--no-build-isolation", "-q", "-w", folder]
    subprocess.run([sys.executable, "-m", "pip", "wheel", ROOT, *options], check=True, capture_output=True)
    return next(folder.glob("euar-*.whl"))


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory):
    """A new environment that holds the wheel; its dependencies are borrowed, not installed again."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", "--no-deps", wheel], check=True)
    (site,) = folder.glob("lib/python*/site-packages")
    # Files named .pth in the borrowed folder are not followed, so the checkout's euar stays invisible.
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return python


def run(python, folder, *command):
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "EUAR"))}
    done = subprocess.run(
        [python, *command], cwd=folder, env=clean, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_package_comes_from_the_wheel(python, tmp_path):
    origin = run(python, tmp_path, "-c", "import euar; print(euar.__file__)")
    assert Path(origin.strip()).is_relative_to(python.parents[1])


def test_the_embedded_data_set_loads(python, tmp_path):
    code = "from euar.data import load; d = load('embedded'); print(d.sha256, len(d))"
    here = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run(python, tmp_path, "-c", code) == here.stdout


def test_a_committed_result_is_printed(python, tmp_path):
    newest = max(
        (ROOT / "results/quick_start").glob("*.json"), key=lambda p: json.loads(p.read_text())["started"]
    )
    assert newest.stem in run(python, tmp_path, "-m", "euar", "results", "quick_start")


def test_a_users_own_folder_is_converted_checked_and_trained_on(python, tmp_path):
    folder, rng = tmp_path / "mine", np.random.default_rng(0)
    folder.mkdir()
    target = rng.normal(size=60)
    rows = "".join(f"clip-{row},{label:.3f},speaker-{row // 3}\n" for row, label in enumerate(target))
    (folder / "labels.csv").write_text("id,label,group\n" + rows)
    np.savez(
        folder / "views.npz",
        voice=target[:, None] + rng.normal(size=(60, 3)),
        face=rng.normal(size=(60, 9, 2)),
    )
    assert "60 rows, regression" in run(python, tmp_path, "-m", "euar", "data", "convert", "mine", "mine.h5")
    assert "mine.h5: ok" in run(python, tmp_path, "-m", "euar", "data", "check", "mine.h5")
    options = ["--seeds", "2", "--epochs", "1", "--out", "runs"]
    assert "ridge" in run(python, tmp_path, "-m", "euar", "train", "mine.h5", *options)
    result = json.loads((tmp_path / "runs" / "result.json").read_text())
    assert result["data"]["features"] == {"voice": 3, "face": 2}


def test_an_experiment_writes_to_the_working_directory(python, tmp_path):
    (package,) = python.parents[1].glob("lib/python*/site-packages/euar")
    before = sorted(package.rglob("*.json"))
    options = ["--only", "default, epochs=1, lr=0.01", "--seeds", "1"]
    shown = run(python, tmp_path, "-m", "euar", "experiment", "quick_start", *options)
    (written,) = (tmp_path / "results" / "quick_start").glob("*.json")
    assert str(written) in shown
    assert sorted(package.rglob("*.json")) == before


def test_the_data_sets_are_listed_with_their_cards(python, tmp_path):
    assert "euar data get mosi" in run(python, tmp_path, "-m", "euar", "data", "list")
    assert "The leak" in run(python, tmp_path, "-m", "euar", "data", "info", "mosi")


def test_a_chapter_runs(python, tmp_path):
    shutil.copy(ROOT / "book" / CHAPTER, tmp_path)
    run(
        python,
        tmp_path,
        "-m",
        "papermill",
        CHAPTER,
        "out.ipynb",
        "-k",
        "python3",
        "--execution-timeout",
        "120",
    )
    cells = json.loads((tmp_path / "out.ipynb").read_text())["cells"]
    assert any(cell.get("outputs") for cell in cells)


def test_importing_euar_loads_no_more_than_it_needs(python, tmp_path):
    code = "import euar, sys; print(sorted({'torch', 'matplotlib', 'h5py', 'numpy'} & sys.modules.keys()))"
    assert run(python, tmp_path, "-c", code).strip() == "[]"
