"""Every exercise of the book: right answers pass; the stub and each mistake fail in words of their own.

The answers stand in the test module of the chapter, `RIGHT` and `WRONG`, lists by exercise; the stub is among
the wrong ones.
"""

import importlib.util
import inspect
import pkgutil

import pytest

from euar import chapters

ROOMS = [room.name for room in pkgutil.iter_modules(chapters.__path__) if room.ispkg]
CHAPTERS = [room for room in ROOMS if importlib.util.find_spec(f"euar.chapters.{room}.exercises")]


def exercises(chapter):
    """The public functions of a chapter's module."""
    module = importlib.import_module(f"euar.chapters.{chapter}.exercises")
    functions = vars(module).items()
    return [name for name, f in functions if inspect.isfunction(f) and _is_own(f, module, name)]


def _is_own(function, module, name):
    return function.__module__ == module.__name__ and not name.startswith("_")


ALL = [(chapter, name) for chapter in CHAPTERS for name in exercises(chapter)]


def answers(chapter, name, kind):
    """The exercise and the answers that its chapter's tests have for it."""
    exercise = getattr(importlib.import_module(f"euar.chapters.{chapter}.exercises"), name)
    known = getattr(importlib.import_module(f"tests.chapters.{chapter}.test_exercises"), kind)
    return exercise, known[exercise]


def test_each_chapter_has_two_exercises():
    assert {chapter for chapter in CHAPTERS if len(exercises(chapter)) < 2} == set()


@pytest.mark.parametrize(("chapter", "name"), ALL)
def test_right_answers_pass(chapter, name):
    exercise, right = answers(chapter, name, "RIGHT")
    verdicts = [exercise(answer) for answer in right]
    assert verdicts
    assert all(verdict.ok for verdict in verdicts), verdicts


@pytest.mark.parametrize(("chapter", "name"), ALL)
@pytest.mark.filterwarnings("ignore:invalid value")
def test_stub_and_mistakes_fail_each_in_words_of_its_own(chapter, name):
    exercise, wrong = answers(chapter, name, "WRONG")
    verdicts = [exercise(answer) for answer in wrong]
    assert len(verdicts) >= 3
    assert not any(verdict.ok for verdict in verdicts), verdicts
    messages = [verdict.message for verdict in verdicts]
    assert len(set(messages)) == len(messages), messages


def nothing(*_):
    return None


def unfinished(*_):
    raise NotImplementedError


def broken(*_):
    return 1 / 0


@pytest.mark.parametrize(("chapter", "name"), ALL)
def test_a_function_that_is_not_written_or_raises_is_told_so(chapter, name):
    exercise, right = answers(chapter, name, "RIGHT")
    if not callable(right[0]):
        return
    for stub in (nothing, unfinished):
        assert not exercise(stub).ok
        assert "raised" not in exercise(stub).message
    assert "ZeroDivisionError" in exercise(broken).message
