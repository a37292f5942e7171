"""Lines of code are counted as a reader would: what is not code does not count."""

import linecache

import pytest

from euar.chapters.build_it.lines import code_lines, lines_of

COUNTED = '''"""A docstring
of two lines."""

import torch
from torch import (
    nn,
)


# a comment
def f(x):
    """A docstring."""
    text = """one
    two"""

    return (
        x
    )
'''


def test_blank_lines_comments_docstrings_and_imports_do_not_count():
    assert code_lines(COUNTED) == 6


@pytest.mark.parametrize(("source", "lines"), [("", 0), ("# a\n\n", 0), ("a = 1; b = 2", 1), ("'text'", 0)])
def test_a_line_counts_once(source, lines):
    assert code_lines(source) == lines


def marked(part):
    return part


@marked
def short(x):
    """Say nothing."""
    return x


@marked
class Long:
    """Say nothing."""

    size = 3

    def method(self):
        # nothing
        return self.size


def test_parts_are_counted_by_name_without_their_decorators():
    assert lines_of(short, Long) == {"short": 2, "Long": 4}


def test_parts_of_a_notebook_are_found(monkeypatch):
    """A cell is a file that `linecache` knows and the disk does not."""
    cell = "class Here:\n    def method(self):\n        return 1\n\n\nx = 2\n"
    monkeypatch.setitem(linecache.cache, "<cell>", (len(cell), None, cell.splitlines(True), "<cell>"))
    space = {"__name__": "__main__"}
    exec(compile(cell, "<cell>", "exec"), space)
    assert lines_of(space["Here"]) == {"Here": 3}
