"""What the pictures of sigma's knowledge show: read back from the artists."""

from euar.chapters.what_sigma_knows import pictures as plots
from tests.drawing import drawn


def points(ax):
    return [(list(line.get_xdata()), list(line.get_ydata())) for line in ax.lines]


def test_no_route_leads_from_the_residual_or_the_label_to_the_variance_map():
    (ax,) = drawn(plots.routes())
    boxes = {text.get_position(): text.get_text() for text in ax.texts if text.get_text()}
    arrows = [note for note in ax.texts if not note.get_text()]
    ends = {
        (boxes[tuple(note.xyann)].split("\n")[0], boxes[tuple(note.xy)].split("\n")[0]) for note in arrows
    }
    into = {start for start, end in ends if end == "variance map"}
    assert into == {"input $x$", "terms with $\\sigma^2$"}
    assert ("label $y$", "residual") in ends
    assert len(ends) == len(arrows) == 9


def test_losses_have_a_panel_each_and_mark_the_optimum():
    panels = {"a": ([1, 2], {"y = 0": [0, 3], "y = 2": [0, 4]}), "b": ([2, 3], {"y = 0": [5, 0]})}
    left, right = drawn(plots.losses(panels, {"a": 1.5, "b": 2.5}))
    assert points(left)[:2] == [([1, 2], [0, 3]), ([1, 2], [0, 4])]
    assert [line.get_xdata()[0] for ax in (left, right) for line in ax.lines[-1:]] == [1.5, 2.5]
    assert len({line.get_marker() for line in left.lines[:2]}) == 2  # not by colour alone
    assert left.get_xscale() == "log"


def test_trained_on_shows_both_sides_on_fixed_axes():
    made = plots.trained_on([0.1, 0.2], [0.3, 0.4], [1, 2], [-1, -2], ("l", "r"))
    left, right = drawn(made)
    assert points(left)[0] == ([0.1, 0.2], [0.3, 0.4])
    assert points(right) == [([1, 2], [-1, -2])]
    assert left.get_xlim() == (1e-3, 1.5)
    assert (left.get_title(), right.get_title()) == ("l", "r")
