"""Where our time goes: what a profile says, and what it leaves."""

from importlib import import_module

import numpy as np
import pytest
import torch

from benchmarks import record, where
from benchmarks.kinds import ARITHMETIC, KINDS, OTHER, PRODUCTS, STARTING
from benchmarks.where import Profile, _Round, profiled, works


def found(own, often=None, seconds=2.0):
    return Profile(own, often or dict.fromkeys(own, 10), 7, seconds)


def test_an_operator_is_charged_with_the_smallest_one_as_often_as_it_ran():
    own = {"aten::mm": 1.0, "aten::bmm": 0.5, "aten::mul": 0.3, "aten::view": 9.0, "strange::one": 0.2}
    got = works(found(own), smallest=0.01)
    assert got[PRODUCTS] == pytest.approx(1.0 - 0.1 + 0.5 - 0.1)
    assert got[ARITHMETIC] == pytest.approx(0.3 - 0.1)
    assert got[OTHER] == pytest.approx(0.2 - 0.1)
    assert STARTING not in got


def test_one_that_is_smaller_than_the_smallest_takes_nothing_from_others():
    got = works(found({"aten::mm": 1.0, "aten::addmm": 0.01}), smallest=0.1)
    assert got[PRODUCTS] == 0


def test_what_works_leave_of_the_time_without_a_profile_is_starting():
    rounds = [_Round(found({"aten::mm": products}), 0.01) for products in (0.9, 1.1, 5.1)]
    row = where._row({}, {"ours": [4.0, 3.0, 5.0], "rival": [8.0, 6.0, 10.0]}, rounds)
    assert row["ms"]["ours"]["median"] == 4000
    assert row["ms"]["ours, profiled"]["median"] == 2000
    assert row["parts_ms"][PRODUCTS]["median"] == 1000
    assert row["parts_ms"][STARTING]["median"] == 3000
    assert row["parts_ms"][STARTING]["low"] == 1500  # half of the way to the third, which leaves nothing
    assert row["smallest_us"]["median"] == 10_000
    assert row["ratios"]["ours"]["rival"]["median"] == 2
    assert list(row["parts_ms"]) == list(KINDS)


def test_a_profile_counts_what_python_starts_and_not_what_operators_call():
    x, weight = torch.ones(4, 3), torch.ones(3, 3)

    def call():
        torch.nn.functional.linear(x, weight).sum()  # linear calls a transposition and mm

    seen = profiled(call, 5)
    assert seen.started == 2
    assert seen.often["aten::mm"] == seen.often["aten::sum"] == 1
    assert 0 < seen.own["aten::mm"] < seen.seconds


def test_large_products_are_work_and_small_operators_are_not():
    large, small = torch.ones(500, 500), torch.ones(1)
    smallest = np.median([profiled(lambda: small.add_(1), 500).own["aten::add_"] for _ in range(5)])
    product = works(profiled(lambda: large @ large, 10), smallest)
    assert product[PRODUCTS] > 100 * smallest
    often = [works(profiled(lambda: small.add_(1), 500), smallest)[ARITHMETIC] for _ in range(5)]
    assert np.median(often) < smallest


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    (path,) = record.run(["where"], quick=True, out=tmp_path_factory.mktemp("where"))
    return record.read(path)["rows"]


def test_nearly_all_work_has_a_kind(quick):
    assert [row["cell"]["of"] for row in quick] == ["layer", "predict", "step", "seeds"]
    for row in quick:
        parts = {kind: part["median"] for kind, part in row["parts_ms"].items()}
        assert parts[OTHER] <= 0.01 * row["ms"]["ours, profiled"]["median"], row["cell"]
        assert parts[PRODUCTS] > 0
        assert row["started"]["ours"] > 10


@pytest.mark.parametrize("cell", where.CELLS["full"], ids=str)
def test_shapes_are_those_of_the_benchmark_whose_goal_was_missed(cell):
    sizes = {name: size for name, size in cell.items() if name not in ("of", "way", "rival")}
    assert sizes in import_module(f"benchmarks.{cell['of']}").CELLS["full"]


@pytest.mark.parametrize("cell", where.CELLS["quick"], ids=str)
def test_ways_are_those_of_the_benchmark(cell):
    calls = import_module(f"benchmarks.{cell['of']}").calls(cell, torch.device("cpu"))
    assert {cell["way"], cell["rival"]} <= set(calls)


def test_it_has_no_goals_of_its_own():
    assert where.goals([{}]) == []
