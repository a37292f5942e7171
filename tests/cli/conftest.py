"""What the tests of the command line share."""

import signal

import pytest


@pytest.fixture(autouse=True, scope="session")
def _children_hear_ctrl_c():
    """A shell starts what runs in its background deaf to Ctrl-C, and children inherit that."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
