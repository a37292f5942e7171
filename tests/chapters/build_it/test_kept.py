"""The program that later chapters begin with: the page's, or what the reader kept."""

import ast

import pytest
import torch
from torch import nn

from euar.chapters.build_it import program as shipped
from euar.chapters.build_it.kept import FILE, keep, kept
from euar.chapters.build_it.lines import source_of
from tests.chapters.build_it import program


def bare(source):
    """A definition as it is compiled, without docstrings."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node):
            node.body = node.body[1:]
    return ast.dump(tree)


@pytest.mark.parametrize(("cell", "name"), program.PARTS.items())
def test_the_package_has_the_program_of_the_page(cell, name):
    assert bare(source_of(getattr(shipped, name))) == bare(program.source(cell))


def test_where_nothing_is_kept_the_page_s_program_is_used(tmp_path):
    assert kept(tmp_path) is shipped


class Gate(nn.Module):
    """The reader's own."""

    def forward(self, x):
        return one_hot(x, 3)  # noqa: F821  a name of the page


def test_what_the_reader_kept_is_used(tmp_path):
    assert keep(Gate, folder=tmp_path) == tmp_path / FILE
    assert kept(tmp_path).Gate()(torch.tensor([2])).tolist() == [[0, 0, 1]]
