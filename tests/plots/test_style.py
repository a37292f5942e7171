"""One look a system, rows from the top, one legend."""

from dataclasses import replace

import pytest

from euar.plots import style
from euar.plots.style import (
    COLORS,
    MARKERS,
    appearance,
    appearances,
    figure,
    legend_below,
    plain_ticks,
    top_down,
)
from euar.systems import SYSTEMS
from euar.systems.registry import Registry
from tests.drawing import drawn

LABELS = (
    "EUAR",
    "EUAR, paper",
    "EUAR, released",
    "MLP experts",
    "linear experts",
    "concat",
    "linear head",
    "late fusion",
    "ridge",
    "constant",
    *("Align", "MMTM", "TMC", "QMF"),
    *("heteroscedastic", "MC dropout", "deep ensemble"),
    *("DCCA", "MCTN", "MMIN", "GCNet", "DiCMoR", "CubeMLP", "ConFEDE"),
)


def test_no_two_systems_look_alike():
    assert len({appearance(label) for label in LABELS}) == len(LABELS)


@pytest.mark.parametrize(
    ("name", "label"),
    [("default", "EUAR"), ("paper", "EUAR, paper"), ("mlp-experts", "MLP experts"), ("logistic", "ridge")],
)
def test_a_name_looks_like_its_label(name, label):
    assert appearance(name) == appearance(label)


def test_every_system_of_the_registry_looks_alike_by_name_and_by_label():
    for system in SYSTEMS.values():
        assert appearance(system.name) == appearance(system.label)


def test_a_registered_system_looks_alike_by_name_and_by_label(monkeypatch):
    monkeypatch.setattr(style, "SYSTEMS", Registry("euar.systems"))
    style.SYSTEMS.add(replace(SYSTEMS["concat"], name="mine", label="Mean of views"))
    assert appearance("mine") == appearance("Mean of views")


def test_a_system_that_is_not_listed_looks_alike_by_name_and_by_label():
    assert appearance("mean-of-views") == appearance("Mean of views")


def test_a_system_from_outside_keeps_a_look_that_is_none_of_ours():
    assert appearance("my system") == appearance("my system")
    assert {appearance(f"system {i}") for i in range(50)}.isdisjoint(map(appearance, LABELS))


def test_a_system_looks_alike_beside_whatever_it_stands():
    assert appearances(["ridge", "concat"])["concat"] == appearances(["concat", "x"])["concat"]
    assert appearances(["ridge"])["ridge"] == appearance("ridge")


def test_a_guest_gives_way_to_a_listed_system_of_its_colour():
    color, marker = appearance("all differences")
    (ours,) = [label for label in LABELS[:3] if appearance(label)[0] == color]
    beside = appearances([ours, "all differences"])
    assert beside[ours] == appearance(ours)
    assert beside["all differences"][0] != color
    assert beside["all differences"][1] == marker


def test_what_is_no_system_goes_by_place_and_has_a_look_however_many_there_are():
    looks = appearances(["a", "b", "a", *map(str, range(9))])
    assert (looks["a"], looks["b"]) == ((COLORS[0], MARKERS[0]), (COLORS[1], MARKERS[1]))
    assert len(looks) == 11


def test_rows_begin_at_the_top():
    made, (ax,) = figure()
    top_down(ax, ["first", "last"])
    drawn(made)
    places = {
        label.get_text(): ax.transData.transform(label.get_position())[1] for label in ax.get_yticklabels()
    }
    assert places["first"] > places["last"]


def test_plain_ticks_are_all_there_is_on_a_logarithmic_axis():
    made, (ax,) = figure()
    ax.set_xscale("log")
    plain_ticks(ax.xaxis, [1, 16, 2048])
    drawn(made)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["1", "16", "2,048"]
    assert len(ax.get_xticks(minor=True)) == 0


def test_a_legend_of_long_labels_stays_within_the_figure():
    made, (ax,) = figure()
    for i in range(4):
        ax.plot([0, 1], label=f"what the score function measured {i}")
    legend_below(made)
    drawn(made)
    extent = made.legends[0].get_window_extent()
    assert made.bbox.x0 <= extent.x0
    assert extent.x1 <= made.bbox.x1


def test_the_legend_of_all_panels_says_each_label_once_and_hides_nothing():
    made, axes = figure(2)
    for ax in axes:
        ax.plot([0, 1], label="both")
    legend_below(made)
    axes[1].plot([1, 0], label="right")
    legend_below(made)
    drawn(made)
    (legend,) = made.legends
    assert [text.get_text() for text in legend.get_texts()] == ["both", "right"]
    assert legend.get_window_extent().y1 < min(ax.get_window_extent().y0 for ax in axes)


def test_panels_come_left_to_right_then_top_down():
    made, axes = figure(columns=3, rows=2)
    corners = [(round(ax.get_position().y0, 1), round(ax.get_position().x0, 1)) for ax in drawn(made)]
    assert len(axes) == 6
    assert corners == sorted(corners, key=lambda place: (-place[0], place[1]))
