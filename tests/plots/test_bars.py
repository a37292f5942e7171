import pytest

from euar.plots.bars import bars, label_shares
from tests.drawing import drawn


def test_bars_of_a_name_stand_side_by_side_around_its_tick():
    shares = {"seed 0": [0.5, 0.3], "seed 1": [0.4, 0.2]}
    made = bars({"a": ([1, 2], shares), "b": ([1, 2], shares)}, "share", label="expert", limits=(0, 0.6))
    left, right = drawn(made)
    assert [bar.get_height() for bar in left.patches] == [0.5, 0.3, 0.4, 0.2]
    middles = [bar.get_x() + bar.get_width() / 2 for bar in left.patches]
    assert middles == pytest.approx([-0.2, 0.8, 0.2, 1.2])
    assert len({bar.get_hatch() for bar in left.patches}) == 2  # not by colour alone
    assert [tick.get_text() for tick in right.get_xticklabels()] == ["1", "2"]
    assert (left.get_title(), left.get_xlabel(), left.get_ylabel(), left.get_ylim()) == (
        "a",
        "expert",
        "share",
        (0, 0.6),
    )


def test_the_even_share_is_a_line_that_the_legend_names():
    made = bars({"": ("ab", {"share": [0.2, 0.8]})}, "share", even=0.5)
    (ax,) = drawn(made)
    assert list(ax.lines[0].get_ydata()) == [0.5, 0.5]
    assert {text.get_text() for text in made.legends[0].get_texts()} == {"share", "even"}


def test_label_shares_add_up_to_one_in_each_split():
    made = label_shares({"a": (["x", "y"], {"train": [1, 3], "test": [2, 2]})})
    (ax,) = drawn(made)
    assert [bar.get_height() for bar in ax.patches] == [0.25, 0.75, 0.5, 0.5]
    assert [text.get_text() for text in made.legends[0].get_texts()] == ["train", "test"]
