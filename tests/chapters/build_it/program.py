"""The program of the chapter, as its solutions have it, whole or with one line changed."""

import ast

import torch
from torch import nn
from torch.nn.functional import mse_loss, one_hot

from tests.chapters import controls

SOURCES = controls.sources("build_it")
PARTS = {  # cell of the solution: what it defines
    "experts": "Experts",
    "gate": "Gate",
    "losses": "losses",
    "mixture": "Mixture",
    "model": "EUAR",
    "training": "train",
}


def bare(cell):
    """A solution without the lines of the page: the choice of the reader's part, and the check."""
    (tree,) = [node for node in ast.parse(cell).body if hasattr(node, "decorator_list")]
    return ast.get_source_segment(cell, tree)


def source(part):
    return bare(SOURCES[f"{part}-solution"])


def names(**changed):
    """What the program defines; `changed` sources stand in the place of parts."""
    space = {"torch": torch, "nn": nn, "mse_loss": mse_loss, "one_hot": one_hot}
    for part in PARTS:
        exec(changed.get(part, source(part)), space)
    return space


def changed(part, old, new):
    """A part of the program with one piece of text replaced, wherever it stands."""
    text = source(part)
    assert old in text, (part, old)
    return names(**{part: text.replace(old, new)})[PARTS[part]]
