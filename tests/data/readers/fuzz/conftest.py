"""The record of damaged sources: how many each reader gave back equal, and how many it refused."""

from collections import Counter, defaultdict

import pytest

TALLY = pytest.StashKey[dict[str, Counter]]()


@pytest.fixture
def tally(pytestconfig):
    """Counts of "equal" and "refused" by writer, printed at the end of the session."""
    return pytestconfig.stash.setdefault(TALLY, defaultdict(Counter))


def pytest_terminal_summary(terminalreporter, config):
    """Print how many damaged sources each reader gave back equal, and how many it refused."""
    tally = config.stash.get(TALLY, {})
    if tally:
        terminalreporter.section("damaged sources")
        for name, counts in (*tally.items(), ("all", sum(tally.values(), Counter()))):
            numbers = f"{counts['equal']:5} equal {counts['refused']:5} refused"
            terminalreporter.write_line(f"{name:<22}{counts.total():5} examples {numbers}")
