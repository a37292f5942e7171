"""Nothing is left out in silence: where CI is set, a test that did not run must be in allowed_skips.txt."""

import multiprocessing
import os
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
LEFT_OUT = ("skipped", "xfailed", "deselected")
sys.path.insert(0, str(HERE.parent / "tools"))  # run_book.py and its neighbours are programs, not a package


@pytest.fixture(scope="session")
def processes():
    """Processes that start in milliseconds: a server imports once what is slow to import, and forks."""
    context = multiprocessing.get_context("forkserver")
    slow = ["torch._dynamo", "sklearn.linear_model"]
    context.set_forkserver_preload(["tests.working", "tests.experiments.interrupted", *slow])
    return context


def pytest_sessionfinish(session):
    """Fail the session if a test was left out without a listed reason; the processes of xdist only report."""
    if os.environ.get("CI") and not hasattr(session.config, "workerinput") and unexplained(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter, config):
    """Name the tests that were left out without a listed reason."""
    if os.environ.get("CI") and (tests := unexplained(config)):
        terminalreporter.section("left out, and not in tests/allowed_skips.txt", red=True)
        terminalreporter.write_line("\n".join(tests))


def unexplained(config) -> list[str]:
    """Return the tests that were skipped, xfailed or deselected and that the list does not name."""
    stats = config.pluginmanager.get_plugin("terminalreporter").stats
    left_out = [report for outcome in LEFT_OUT for report in stats.get(outcome, [])]
    known = allowed()
    return sorted({test.nodeid for test in left_out if not {test.nodeid, ("*", reason_of(test))} & known})


def allowed() -> set[str | tuple[str, str]]:
    """Read `nodeid — reason` lines; a line without a reason is an error."""
    lines = (HERE / "allowed_skips.txt").read_text(encoding="utf-8").splitlines()
    pairs = [tuple(line.split(" — ")) for line in lines if line and not line.startswith("#")]
    return {(nodeid, reason) if nodeid == "*" else nodeid for nodeid, reason in pairs}


def reason_of(report) -> str:
    """Return why a test was skipped; "" for one that was left out otherwise."""
    skipped = isinstance(getattr(report, "longrepr", None), tuple)
    return report.longrepr[2].removeprefix("Skipped: ") if skipped else ""
