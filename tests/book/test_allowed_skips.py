"""The rule that CI leaves no test out without a listed reason, tried in a session of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
SKIPPING = (
    'import pytest\n\n\ndef test_left_out():\n    pytest.skip("no reason")\n\n\ndef test_fine():\n    pass\n'
)


@pytest.fixture
def session(tmp_path):
    (tmp_path / "tests").mkdir()
    shutil.copy(TESTS / "conftest.py", tmp_path / "tests")
    (tmp_path / "tests" / "test_it.py").write_text(SKIPPING)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")

    def run(listed, *arguments, ci="true"):
        (tmp_path / "tests" / "allowed_skips.txt").write_text(listed)
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
        environment = os.environ | {"CI": ci}
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)

    return run


def test_an_unlisted_skip_fails_in_ci_and_is_named(session):
    result = session("")
    assert result.returncode == 1
    assert "not in tests/allowed_skips.txt" in result.stdout
    assert "tests/test_it.py::test_left_out" in result.stdout
    assert result.stdout.strip().splitlines()[-1].startswith("1 passed, 1 skipped")


def test_a_listed_skip_passes(session):
    assert session("# why\ntests/test_it.py::test_left_out — needs a GPU\n").returncode == 0


def test_a_listed_reason_passes_whichever_test_has_it(session):
    assert session("* — no reason\n").returncode == 0
    assert session("* — another reason\n").returncode == 1


def test_on_a_users_machine_a_skip_passes(session):
    assert session("", ci="").returncode == 0


def test_a_deselected_test_fails_in_ci(session):
    result = session("tests/test_it.py::test_left_out — needs a GPU\n", "-k", "left_out")
    assert result.returncode == 1
    assert "tests/test_it.py::test_fine" in result.stdout
