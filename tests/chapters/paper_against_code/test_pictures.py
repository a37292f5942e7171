import numpy as np

from euar.chapters.paper_against_code import pictures as plots
from tests.drawing import drawn


def test_each_rule_marks_the_same_epoch_on_every_panel():
    curves = {"validation": [0.6, 0.7, 0.65], "test": [0.5, 0.55, 0.9]}
    made = plots.picks(curves, {"fair": 2, "peeking": 3}, "Acc2")
    for ax, values in zip(drawn(made), curves.values(), strict=True):
        line, fair, peeking = ax.lines
        np.testing.assert_allclose(line.get_ydata(), values)
        assert (fair.get_xdata()[0], fair.get_ydata()[0]) == (2, values[1])
        assert (peeking.get_xdata()[0], peeking.get_ydata()[0]) == (3, values[2])
    assert [text.get_text() for text in made.legends[0].get_texts()] == ["fair", "peeking"]
