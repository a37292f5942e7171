"""Cells of a chapter, run on results that a test has changed: the negative controls of its claims."""

import copy
from pathlib import Path

import matplotlib.pyplot as plt
import nbformat

from euar.experiments import store

BOOK = Path(__file__).parents[2] / "book"


def sources(chapter):
    """{id: source} of a chapter's cells."""
    return {cell.id: cell.source for cell in nbformat.read(BOOK / f"{chapter}.ipynb", as_version=4).cells}


def changed(change):
    """`store.newest`, but for what `change` makes of the pairs of measurement and result."""

    def newest(experiment, asked, root=None):
        pairs = copy.deepcopy(store.newest(experiment, asked, root))
        change(pairs)
        return pairs

    return newest


def run(chapter, *cells, change=lambda pairs: None, **names):
    """Execute the imports and some cells, and return their names.

    Args:
        chapter: its notebook.
        *cells: ids, in order.
        change: of what the chapter reads from the results.
        **names: in place of what the parameters and imports bring.
    """
    source, space = sources(chapter), {"profile": "smoke", "source": None}
    exec(source["imports"], space)
    space |= {"newest": changed(change), "panel": lambda *_args, **_options: None, **names}
    for cell in cells:
        exec(source[cell], space)
    plt.close("all")
    return space
