import numpy as np

from euar.chapters.mvsa.pictures import label_pairs
from tests.drawing import drawn


def test_each_cell_holds_its_count_in_ink_that_can_be_read():
    (ax,) = drawn(label_pairs(np.array([[1000, 5], [7, 600]]), ["good", "bad"]))
    cells = {tuple(text.get_position()): (text.get_text(), text.get_color()) for text in ax.texts}
    assert cells == {
        (0, 0): ("1,000", "white"),
        (1, 0): ("5", "black"),
        (0, 1): ("7", "black"),
        (1, 1): ("600", "white"),
    }
    assert [label.get_text() for label in ax.get_yticklabels()] == ["good", "bad"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("label of the picture", "label of the text")
