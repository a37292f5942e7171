"""Differences from rivals as tables and words."""

import numpy as np
import pytest

from euar.chapters.rivals import beside, told
from euar.experiments.statistics import detectable
from euar.experiments.tables.compared import Effect
from euar.intervals import t_interval

ABOVE, BELOW, AROUND = np.array([0.02, 0.03, 0.04]), np.array([-0.04, -0.03, -0.02]), np.array([-0.1, 0, 0.1])


@pytest.mark.parametrize(("less", "first", "second"), [(False, "A", "B"), (True, "B", "A")])
def test_each_rival_is_named_once_with_the_word_of_its_interval(less, first, second):
    found = told({"A": ABOVE, "B": BELOW, "C": AROUND, "D": AROUND}, less_is_better=less)
    assert found == f"ahead of {first} | behind {second} | not told apart from C; D"


def test_where_no_rival_has_a_word_it_says_none():
    assert told({"A": ABOVE}) == "ahead of A | behind none | not told apart from none"


@pytest.mark.parametrize(("scale", "mean", "least"), [(1, "+0.030", ".3f"), (100, "+3.0", ".1f")])
def test_a_table_has_a_row_a_rival_and_two_columns_a_metric(scale, mean, least):
    columns = {"MAE": {"A": ABOVE, "B": BELOW}, "Acc2": {"A": AROUND, "B": AROUND}}
    head, *rows = beside("default minus", columns, scale=scale).rows
    assert head == ["default minus", "MAE", "could have been seen", "Acc2", "could have been seen"]
    assert [row[0] for row in rows] == ["A", "B"]
    assert rows[0][1].startswith(f"{mean} [")
    assert rows[0][2] == format(scale * detectable(ABOVE), least)
    assert rows[1][4] == format(scale * detectable(AROUND), least)


def test_a_lead_over_seeds_and_rows_says_what_they_could_have_seen():
    over_rows = Effect(t_interval(AROUND), 0.9, 0.123, "seeds and rows")
    assert told({"A": over_rows, "B": ABOVE}) == "ahead of B | behind none | not told apart from A"
    _, row = beside("default minus", {"MAE": {"A": over_rows}}).rows
    assert row == ["A", t_interval(AROUND).signed(), "0.123"]
