"""A book build that is killed, and two at once, with real processes."""

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from euar.lock import sole_worker
from tests.book.test_execution import write_chapter, write_package
from tests.working import until

ROOT = Path(__file__).parents[2]
EXECUTE = """
import sys
from pathlib import Path
from bookbuild.execute import CAPS, execute
from bookbuild.layout import Chapter
execute(Chapter(Path(sys.argv[1]), "book/slow", "smoke"), CAPS["smoke"])
"""
SLOW = """
import pathlib, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"])
pathlib.Path({0!r}).write_text(str(child.pid))
time.sleep(3600)
"""


@pytest.fixture
def build(tmp_path):
    """A process that executes a chapter without end, and what it started: papermill, a kernel, its child."""
    write_chapter(write_package(tmp_path), "slow", SLOW.format(str(tmp_path / "child")))
    path = os.pathsep.join([str(ROOT / "tools"), str(ROOT)])
    process = psutil.Popen(
        [sys.executable, "-c", EXECUTE, tmp_path],
        env=os.environ | {"PYTHONPATH": path},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until(lambda: (tmp_path / "child").exists() and (tmp_path / "child").read_text())
    started = process.children(recursive=True)
    yield process, started
    for each in [*started, process]:
        if each.is_running():
            each.kill()
    process.wait()


def test_a_killed_build_leaves_no_kernel_behind(build):
    process, started = build
    assert len(started) >= 3
    process.kill()
    until(lambda: not any(each.is_running() and each.status() != "zombie" for each in started))


def test_of_two_builds_the_second_says_for_whom_it_waits():
    command = [sys.executable, ROOT / "tools" / "run_book.py", "--only", "intro"]
    with (
        sole_worker(ROOT / "_build"),
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as second,
    ):
        said = second.stdout.readline()
        assert second.poll() is None
        second.kill()
    assert f"process {os.getpid()} on " in said
    assert said.endswith("works here; waiting for its end\n")
