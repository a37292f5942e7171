"""Verdicts by the rule: four words, the correction for a table's claims, and what the whole says."""

from dataclasses import replace

import numpy as np
import pytest

from euar.experiments.paper import table as paper_table
from euar.experiments.row import Row
from euar.experiments.tables import Panel, overall
from euar.experiments.tables.compared import Compared, Effect
from euar.experiments.tables.verdicts import judge, verdicts
from euar.intervals import Interval

PANEL = Panel(
    title="NYU",
    rows={name: Row(data="x", system=name) for name in ("default", "mmtm", "tmc", "qmf", "concat")},
    metrics={"accuracy": "nyud accuracy", "f1_weighted": "nyud f1"},
    paper="table-1-image",
    of_paper={"default": "EUAR", "mmtm": "MMTM", "tmc": "TMC", "qmf": "QMF"},
)


def effect(low, high, p=None):
    p = (0.01 if low > 0 or high < 0 else 0.5) if p is None else p
    return Effect(Interval((low + high) / 2, low, high, 5), p, 0.01, "seeds")


@pytest.mark.parametrize(
    ("lead", "found", "adjusted", "word", "why"),
    [
        (0.02, effect(0.01, 0.05), 0.01, "confirmed", "above 0"),
        (0.06, effect(0.01, 0.05), 0.01, "confirmed", "smaller"),
        (0.02, effect(0.01, 0.05), 0.2, "undecidable", "correction"),
        (0.02, effect(-0.01, 0.01), 0.9, "not confirmed", "excludes"),
        (0.02, effect(-0.05, -0.01), 0.01, "not confirmed", "behind"),
        (0.02, effect(-0.01, 0.03), 0.9, "undecidable", "holds 0"),
        (0.0, effect(0.01, 0.05), 0.01, "not testable here", "no lead"),
        (0.02, None, float("nan"), "not testable here", "not measured"),
        (0.02, effect(np.nan, np.nan, np.nan), float("nan"), "not testable here", "no interval"),
    ],
)
def test_a_claim(lead, found, adjusted, word, why):
    verdict = judge(PANEL, "accuracy", "mmtm", lead, found, adjusted)
    assert verdict.word == word
    assert why in verdict.why


def test_a_table_corrects_for_its_claims_and_for_no_others():
    effects = {
        "mmtm": effect(0.01, 0.05, 0.02),
        "tmc": effect(0.01, 0.05, 0.03),
        "concat": effect(0.01, 0.05, 0.001),
    }
    found = verdicts([Compared(PANEL, "accuracy", {}, effects)])
    assert [one.row for one in found] == ["mmtm", "tmc", "qmf"]  # of concat the panel says nothing
    assert [one.adjusted for one in found[:2]] == pytest.approx([0.04, 0.04])
    assert [one.word for one in found] == ["confirmed", "confirmed", "not testable here"]
    paper = paper_table("table-1-image")
    assert found[0].lead == pytest.approx(
        paper.fraction("EUAR", "nyud accuracy") - paper.fraction("MMTM", "nyud accuracy")
    )


def test_a_dash_of_the_paper_is_no_claim():
    found = verdicts([Compared(PANEL, "f1_weighted", {}, {})])
    assert [one.row for one in found] == ["tmc", "qmf"]


@pytest.mark.parametrize(
    ("words", "whole"),
    [
        (["confirmed", "confirmed"], "confirmed"),
        (["confirmed", "not testable here"], "confirmed"),
        (["confirmed", "undecidable"], "undecidable"),
        (["confirmed", "undecidable", "not confirmed"], "not confirmed"),
        (["not testable here"], "not testable here"),
    ],
)
def test_ahead_of_all_is_as_strong_as_its_weakest_part(words, whole):
    one = judge(PANEL, "accuracy", "mmtm", 0.02, effect(0.01, 0.05), 0.01)
    assert overall([one._replace(word=word) for word in words]) == whole


def test_what_the_paper_has_and_no_row_is_quoted():
    assert set(PANEL.quoted("accuracy")) == {"Concat", "Late Fusion"}


def test_where_the_paper_claims_no_lead_nothing_is_corrected_for_it():
    names = {"default": "EUAR", "cubemlp": "CubeMLP", "dicmor": "DiCMoR"}
    panel = replace(
        PANEL,
        rows={name: Row(data="x", system=name) for name in names},
        metrics={"acc7": "mosei acc7"},  # 54.9 for both EUAR and CubeMLP
        paper="table-1-video",
        of_paper=names,
    )
    found = verdicts([Compared(panel, "acc7", {}, dict.fromkeys(names, effect(0.01, 0.05, 0.03)))])
    assert [(one.row, one.word) for one in found] == [
        ("cubemlp", "not testable here"),
        ("dicmor", "confirmed"),
    ]
    assert found[1].adjusted == pytest.approx(0.03)
