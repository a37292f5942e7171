"""Sweeps for a class: each shows what its page asks about, and is short enough to wait for."""

import time

import numpy as np
import pytest

from euar.chapters.mini_sweeps import sweep as mini
from euar.experiments.row import Row

SECONDS = 40  # of a processor, for one sweep: three of them fit into two minutes of one core
#: {option: (values of the page, what they move, whether it rises)}
PAGE = {
    "k": ((1, 2, 4, 8), "kept", True),
    "alpha": ((0.0, 0.001, 0.1, 10.0), "variance", False),  # it begins above that of the prior
    "lam": ((0.0, 0.001, 1.0, 100.0), "variance", False),
}


@pytest.fixture(scope="module")
def swept():
    found, tweets = {}, Row(data="embedded", size=1000).dataset()
    for option, (values, *_) in PAGE.items():
        begun = time.process_time()
        found[option] = mini.sweep(option, values, tweets, seeds=(0, 1)), time.process_time() - begun
    return found


@pytest.mark.parametrize("option", PAGE)
def test_what_a_sweep_is_about_moves(swept, option):
    _, name, rises = PAGE[option]
    ends = swept[option][0][name][:, [0, -1]]
    assert ends.shape == (2, 2)
    assert ((ends[:, 1] > ends[:, 0]) == rises).all(), ends


def test_who_asks_all_experts_keeps_all_the_weight(swept):
    assert np.allclose(swept["k"][0]["kept"][:, -1], 1)


def test_a_class_can_wait_for_a_sweep(swept):
    assert max(seconds for _, seconds in swept.values()) < SECONDS


def test_picture_and_table_have_a_place_for_each_value(swept):
    values = PAGE["alpha"][0]
    drawn = mini.draw("alpha", values, swept["alpha"][0])
    assert [ax.get_title() for ax in drawn.axes] == list(mini.LOOK.values())
    labels = [text.get_text() for text in drawn.axes[0].get_xticklabels()]
    assert labels == ["0", "0.001", "0.1", "10"]
    assert "0.001" in mini.table("alpha", values, swept["alpha"][0])._repr_markdown_()
