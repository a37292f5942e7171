from euar.plots.scatter import scatter_panels
from tests.drawing import drawn


def points(ax):
    return [(list(line.get_xdata()), list(line.get_ydata())) for line in ax.lines]


def test_each_series_is_drawn_in_its_panel_and_panels_share_their_limits():
    panels = {"a": {"s": ([1, 2], [3, 4]), "t": ([5], [6])}, "b": {"s": ([7], [800])}}
    made = scatter_panels(panels, "noise", "reading", xscale="log")
    left, right = drawn(made)
    assert points(left) + points(right) == [([1, 2], [3, 4]), ([5], [6]), ([7], [800])]
    assert len({line.get_marker() for line in left.lines}) == 2  # not by colour alone
    assert (left.get_xlabel(), left.get_ylabel(), right.get_title()) == ("noise", "reading", "b")
    assert (left.get_xscale(), left.get_ylim()) == ("log", right.get_ylim())
    assert [text.get_text() for text in made.legends[0].get_texts()] == ["s", "t"]


def test_many_points_are_small():
    few, many = drawn(scatter_panels({"a": {"": ([1], [1])}, "b": {"": ([1] * 200, [1] * 200)}}, "", ""))
    assert few.lines[0].get_markersize() > many.lines[0].get_markersize()


def test_the_diagonal_is_where_both_agree():
    (ax,) = drawn(scatter_panels({"": {"": ([1, 2], [2, 1])}}, "", "", diagonal=(0, 3)))
    assert points(ax)[-1] == ([0, 3], [0, 3])
    assert ax.lines[-1].get_linestyle() == ":"


def test_a_level_is_a_dashed_line_in_each_panel():
    axes = drawn(scatter_panels({"a": {"": ([1], [2])}, "b": {"": ([1], [2])}}, "", "", level=0.4))
    assert [list(ax.lines[-1].get_ydata()) for ax in axes] == [[0.4, 0.4]] * 2
