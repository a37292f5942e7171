import multiprocessing
import os
import signal
from functools import partial

import pytest

from euar.processes import spawned, tell


def squared(number):
    tell("squared", number)
    return number**2


def killed():
    os.kill(os.getpid(), signal.SIGKILL)


def test_what_tasks_return_and_say_arrives():
    said = []
    tasks = [partial(squared, number) for number in range(5)]
    assert sorted(spawned(tasks, 2, hear=lambda *words: said.append(words))) == [0, 1, 4, 9, 16]
    assert sorted(said) == [("squared", number) for number in range(5)]
    assert not multiprocessing.active_children()


def test_an_error_keeps_its_type():
    with pytest.raises(ZeroDivisionError):
        list(spawned([partial(divmod, 1, 0)], 1))


def test_a_killed_process_is_named():
    with pytest.raises(ChildProcessError, match="was killed, perhaps for want of memory"):
        list(spawned([killed], 1))
