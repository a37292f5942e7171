"""The bounds hold: each kind of excess fails."""

import os
import subprocess
import sys
import time

import h5py
import numpy as np
import pytest

from euar.data import DataError, readers
from tests.data.readers.fuzz import bounds


@pytest.mark.parametrize(
    "start", [lambda: os.system("true"), lambda: subprocess.run([sys.executable, "--version"], check=True)]
)
def test_a_process_is_noted_even_if_nobody_hears_of_it(start):
    with pytest.raises(AssertionError, match=r"os.system|subprocess.Popen"), bounds.bounded():
        start()
    start()
    with bounds.bounded():
        pass


def test_too_much_memory_fails():
    with pytest.raises(MemoryError), bounds.bounded():
        bytearray(2 * bounds.ROOM)


def test_too_much_time_fails(monkeypatch):
    monkeypatch.setattr(bounds, "SECONDS", 0.01)
    with pytest.raises(AssertionError), bounds.bounded():
        _work(0.02)


@pytest.mark.parametrize("ends", [False, True])
def test_the_time_of_a_child_counts(ends, monkeypatch):
    monkeypatch.setattr(bounds, "SECONDS", 0.3)
    spin = "import time; input(); start = time.process_time()\nwhile time.process_time() - start < 0.4: pass"
    command = [sys.executable, "-c", f"{spin}\nprint(flush=True); {ends} or input()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        with pytest.raises(AssertionError), bounds.bounded():
            child.stdin.write(b"\n")
            child.stdin.flush()
            child.stdout.readline()
            if ends:
                child.wait()
        child.kill()


def test_the_time_of_the_look_at_an_hdf5_file_counts(tmp_path, monkeypatch):
    monkeypatch.setattr(bounds, "SECONDS", 0.1)
    with h5py.File(tmp_path / "packed.h5", "w") as file:
        file.create_dataset("a", data=np.zeros(2**25, "u1"), chunks=(2**25,), compression=9)
    with pytest.raises(AssertionError, match="processor"), bounds.bounded():
        readers.read(tmp_path / "packed.h5")


def test_a_wait_fails(monkeypatch):
    monkeypatch.setattr(bounds, "WAIT", 1)
    with pytest.raises(pytest.fail.Exception, match="no answer"), bounds.bounded():
        time.sleep(30)


@pytest.mark.parametrize("excess", [lambda: os.system("true"), lambda: _work(0.05)])
def test_a_refusal_is_bounded_too(excess, monkeypatch):
    monkeypatch.setattr(bounds, "SECONDS", 0.02)
    with pytest.raises(AssertionError), bounds.bounded():
        excess()
        raise DataError("file", "field", "expected", "found", "remedy")


def _work(seconds):
    start = time.process_time()
    while time.process_time() - start < seconds:
        pass
