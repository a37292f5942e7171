"""Where things are looked for: `make doctor`, `euar data list` and the package say the same."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def run(home, *command, **environment):
    clean = {name: value for name, value in os.environ.items() if not name.startswith("EUAR")}
    environment = clean | {"HOME": str(home), "PYTHONPATH": str(ROOT)} | environment
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.parametrize("chosen", [False, True])
def test_doctor_and_list_look_in_the_same_folder(chosen, tmp_path):
    folder = tmp_path / ("chosen" if chosen else "euar-data")
    (folder / "mosi").mkdir(parents=True)
    environment = {"EUAR_DATA": str(folder)} if chosen else {}
    doctor = run(tmp_path, sys.executable, "tools/doctor.py", **environment)
    listed = run(tmp_path, sys.executable, "-m", "euar", "data", "list", **environment)
    (searched,) = [line for line in listed.splitlines() if line.startswith("Named data sets are looked")]
    assert str(folder) in searched
    assert searched in doctor
    assert f"{folder / 'mosi'}\n" in doctor
    assert "euar data get mosi" not in doctor + listed
    for missing in ("mosei", "mvsa", "nyud"):
        assert f"euar data get {missing}" in doctor
        assert f"euar data get {missing}" in listed


def test_doctor_needs_no_package(tmp_path):
    said = run(tmp_path, sys.executable, "-I", "-S", "tools/doctor.py")
    assert "cache folder" in said


def test_serving_a_book_that_was_not_built_says_what_to_do(tmp_path):
    shutil.copy(ROOT / "Makefile", tmp_path)
    done = subprocess.run(
        ["make", "serve", "PORT=0"], cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode != 0
    assert "run: make book" in done.stderr
