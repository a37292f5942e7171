"""What the pictures of the benchmarks show: read back from the artists."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from euar.chapters.fast_experts import pictures
from tests.drawing import drawn


def near(median):
    return {"median": median, "low": 0.9 * median, "high": 1.2 * median}


def row(batch, experts, selected, dispatcher=2.0):
    """A row as the benchmarks write it; `selected` is that much faster than the loop, which takes 40 ms."""
    return {
        "cell": {"batch": batch, "experts": experts, "dim": 128, "k": 3},
        "rounds": 7,
        "ms": {"selected": near(40 / selected), "naive": near(40.0)},
        "ratios": {"selected": {"naive": near(selected), "dispatcher": near(dispatcher)}},
        "floor_ms": {"selected": 2.0, "all": 20.0},
        "over_floor": {
            "selected": {"selected": near(20 / selected), "all": near(2 / selected)},
            "naive": {"selected": near(20.0), "all": near(2.0)},
        },
    }


@pytest.fixture
def record():
    rows = [row(1024, 8, 4.0), row(16, 8, 0.5), row(16, 32, 2.0), row(1024, 32, 16.0, dispatcher=3.0)]
    return {"ours": ["selected"], "over": "naive", "rows": rows}


def test_ratios_stand_at_their_shapes_with_rows_and_experts_in_order(record):
    (ax,) = drawn(pictures.ratios(record, "selected"))
    assert [label.get_text() for label in ax.get_xticklabels()] == ["8", "32"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["16", "1024"]
    assert {text.get_position(): text.get_text() for text in ax.texts} == {
        (0, 0): "0.5",
        (1, 0): "2.0",
        (0, 1): "4.0",
        (1, 1): "16",
    }
    assert ax.get_title() == "selected: times as fast as naive"


def test_half_and_twice_as_fast_are_equally_far_from_the_middle_colour(record):
    (ax,) = drawn(pictures.ratios(record, "selected"))
    (image,) = ax.images
    slow, fast = image.norm(np.log2([0.5, 2]))
    assert slow < 0.5 < fast
    assert slow + fast == pytest.approx(1)


def test_numbers_can_be_read_on_their_colours(record):
    record["rows"] = [row(1 + i, 8, 2.0**i) for i in range(-6, 7)]
    (ax,) = drawn(pictures.ratios(record, "selected"))
    (image,) = ax.images
    for text in ax.texts:
        j, i = text.get_position()
        ground = np.array(image.cmap(image.norm(image.get_array()[i, j]))[:3])
        luminance = [
            np.dot(np.array(color) ** 2.2, (0.2126, 0.7152, 0.0722))
            for color in (ground, to_rgb(text.get_color()))
        ]
        assert (max(luminance) + 0.05) / (min(luminance) + 0.05) > 4.5


def test_another_rival_and_a_shape_that_was_not_measured(record):
    del record["rows"][1]
    (ax,) = drawn(pictures.ratios(record, "selected", over="dispatcher"))
    assert sorted(text.get_text() for text in ax.texts) == ["2.0", "2.0", "3.0"]
    assert ax.get_title() == "selected: times as fast as dispatcher"


def test_growth_shows_each_way_and_the_floor_on_logarithmic_axes(record):
    record["rows"] = [row(16, 1024, 8.0), row(16, 8, 2.0)]
    del record["rows"][0]["ms"]["naive"]
    (ax,) = drawn(pictures.growth(record))
    lines = {line.get_label(): line.get_ydata().tolist() for line in ax.lines}
    assert lines["selected"] == [20, 5]
    assert lines["naive"][0] == 40
    assert np.isnan(lines["naive"][1])
    assert lines["floor of the chosen"] == [2, 2]
    assert ax.lines[0].get_xdata().tolist() == [8, 1024]
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")


def test_each_way_stands_beside_its_own_floor(record):
    (ax,) = drawn(pictures.floor(record))
    marks = {(bar.get_label(), round(y)): x for bar in ax.containers for x, y in bar.lines[0].get_xydata()}
    assert marks[("selected", 0)] == 5  # 10 ms over its floor of 2
    assert marks[("naive", 0)] == 2  # 40 ms over the floor of all experts, 20
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names == ["B = 1024, N = 8", "B = 16, N = 8", "B = 16, N = 32", "B = 1024, N = 32"]
    assert [line.get_xdata()[0] for line in ax.lines if line.get_label() == "floor"] == [1]


def test_steps_stand_over_the_floor_of_the_chosen_where_all_were_timed(record):
    for found in record["rows"][:2]:
        found["over_floor"] |= {
            "selected, dense": {"selected": near(7.0)},
            "selected, sorted": {"selected": near(4.0)},
        }
    (ax,) = drawn(pictures.steps(record))
    marks = {(bar.get_label(), round(y)): x for bar in ax.containers for x, y in bar.lines[0].get_xydata()}
    assert marks[("a loop over all experts", 0)] == 20
    assert marks[("all experts in one product", 1)] == 7
    assert marks[("the chosen, sorted by expert", 1)] == 4
    assert [label.get_text() for label in ax.get_yticklabels()] == ["B = 1024, N = 8", "B = 16, N = 8"]


def test_parts_of_our_time_stand_one_after_the_other_and_fill_each_bar():
    parts = [
        {"matrix products": 2.0, "elementwise arithmetic": 1.0, "starting operations": 7.0, "other": 0.0},
        {"matrix products": 3.0, "elementwise arithmetic": 0.0, "starting operations": 1.0, "other": 0.0},
    ]
    cells = [
        {"of": "layer", "way": "selected", "batch": 16, "experts": 8},
        {"of": "predict", "way": "ours", "batch": 64, "experts": 32},
    ]
    rows = [
        {"cell": cell, "parts_ms": {kind: near(ms) for kind, ms in each.items()}}
        for cell, each in zip(cells, parts, strict=True)
    ]
    (ax,) = drawn(pictures.parts({"rows": rows}))
    spans = {
        bars.get_label(): [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in bars]
        for bars in ax.containers
    }
    assert list(spans) == ["matrix products", "elementwise arithmetic", "starting operations"]
    assert np.allclose(spans["matrix products"], [(0, 0.2), (0, 0.75)])
    assert np.allclose(spans["elementwise arithmetic"], [(0.2, 0.3), (0.75, 0.75)])
    assert np.allclose(spans["starting operations"], [(0.3, 1), (0.75, 1)])
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names == ["layer, selected: B = 16, N = 8", "predict: B = 64, N = 32"]
    assert ax.get_ylim()[0] > ax.get_ylim()[1]  # the first on top


def test_other_ways_stand_at_how_much_slower_they_are(record):
    for push, found in zip((0, 20), record["rows"], strict=False):
        found["cell"]["push"] = push
        found["ratios"]["selected"] |= {"padded": near(1.0 + push), "gathered": near(30.0)}
    record["rows"] = record["rows"][:2]
    (ax,) = drawn(pictures.tried(record))
    marks = {(bar.get_label(), round(y)): x for bar in ax.containers for x, y in bar.lines[0].get_xydata()}
    assert (marks[("padded", 0)], marks[("padded", 1)]) == (1, 21)
    assert (marks[("gathered", 0)], marks[("dispatcher", 1)]) == (30, 2)
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names == ["B = 1024, N = 8, even", "B = 16, N = 8, one in every choice"]
