"""What `pip install` from an address gives: the wheel alone, in any folder, with no checkout around it."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

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
        (ROOT / "results/embedded").glob("*.json"), key=lambda p: json.loads(p.read_text())["started"]
    )
    assert newest.stem in run(python, tmp_path, "-m", "euar", "results", "embedded")


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
