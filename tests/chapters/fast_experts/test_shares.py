"""What the page says of the shares of our time follows its record, whatever that holds."""

import pytest

from benchmarks import kinds
from euar.chapters.fast_experts import records, shares
from euar.chapters.fast_experts.shares import PRODUCTS, STARTING


def row(batch, products, starting, way="selected", of="layer", **more):
    """A shape where products and starting take so many ms, and the rest of 10 ms is arithmetic."""
    rest = 10 - products - starting
    parts = {PRODUCTS: products, "elementwise arithmetic": rest, STARTING: starting}
    cell = {"of": of, "way": way, "rival": "naive", "batch": batch, "experts": 8, **more}
    return {
        "cell": cell,
        "ms": {"ours": {"median": 10.0}, "ours, profiled": {"median": 15.0}},
        "parts_ms": {kind: {"median": ms} for kind, ms in parts.items()},
        "started": {"ours": 100, "rival": 450},
    }


@pytest.fixture
def record():
    rows = [row(16, 2, 7), row(64, 3, 6, way="ours", of="predict"), row(1024, 8, 1), row(4096, 6, 0.5)]
    rows[-1]["cell"]["rival"], rows[-1]["started"]["rival"] = "dispatcher", 50
    return {"rows": rows}


def test_the_kinds_are_called_as_the_benchmark_calls_them():
    assert (PRODUCTS, STARTING) == (kinds.PRODUCTS, kinds.STARTING)


def test_shares_add_up_at_each_shape(record):
    found = shares.shares(record)
    assert list(found)[:2] == ["layer, selected: B = 16, N = 8", "predict: B = 64, N = 8"]
    assert found["layer, selected: B = 16, N = 8"] == {
        PRODUCTS: pytest.approx(0.2),
        "elementwise arithmetic": pytest.approx(0.1),
        STARTING: pytest.approx(0.7),
    }
    record["rows"][0]["parts_ms"][PRODUCTS]["median"] = 12.0  # works beyond the time are shares all the same
    assert sum(shares.shares(record)["layer, selected: B = 16, N = 8"].values()) == pytest.approx(1)


def test_words_are_those_of_the_record(record):
    assert shares.words(record).splitlines() == [
        "largest share, of 4 bars: starting operations 2, matrix products 2",
        "up to 64 rows: matrix products 20% to 30%, starting operations 60% to 70% of our time",
        "more rows: matrix products 60% to 80%, starting operations 5% to 10% of our time",
        "operators that the loop starts, over ours: 4.5 to 4.5",
        "time under the profile, over time without: 1.5 to 1.5",
    ]


def test_other_numbers_give_other_words(record):
    record["rows"][0] = row(16, 9, 1)
    first, few, *_ = shares.words(record).splitlines()
    assert "matrix products 3, starting operations 1" in first
    assert "matrix products 30% to 90%, starting operations 10% to 60%" in few


GOALS = {
    "layer": [
        {"what": "selected over naive, B = 16, N = 8", "met": False},
        {"what": "all over naive, B = 16, N = 8", "met": True},
        {"what": "never behind; least: selected at B = 4096, N = 8, D = 128", "met": False},
    ],
    "predict": [{"what": "everywhere; least: ours at B = 64, N = 8, D = 128", "met": False}],
    "memory": [{"what": "dense over fused", "met": True}],
}


def test_every_missed_goal_has_a_bar(record):
    assert shares.without_bar(GOALS, record) == []


@pytest.mark.parametrize(
    ("place", "change", "left"),
    [
        (0, {"experts": 80}, "selected over naive, B = 16, N = 8"),
        (0, {"way": "all"}, "selected over naive, B = 16, N = 8"),
        (1, {"of": "layer"}, "everywhere; least: ours at B = 64, N = 8, D = 128"),
    ],
)
def test_a_missed_goal_without_a_bar_is_named(record, place, change, left):
    record["rows"][place]["cell"] |= change
    assert shares.without_bar(GOALS, record) == [left]


def test_ten_seeds_have_one_shape(record):
    goals = {"seeds": [{"what": "ten seeds of all at once over one naive run", "met": False}]}
    assert shares.without_bar(goals, record)
    record["rows"].append(row(16, 1, 1, way="all, at once", of="seeds"))
    assert shares.without_bar(goals, record) == []


def test_a_picture_has_a_bar_for_each_goal_missed_on_record():
    found = {name: records.record(name)["goals"] for name in records.NAMES}
    assert any(not goal["met"] for goals in found.values() for goal in goals)
    assert shares.without_bar(found, {"rows": []})
    assert len(shares.shares(records.record("where"))) == len(records.record("where")["rows"])
