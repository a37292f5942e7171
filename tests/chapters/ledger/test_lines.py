"""The lines of the ledger's pictures and its cells, on made-up scores beside the paper's numbers."""

import math
from dataclasses import replace

import numpy as np
import pytest

from euar.chapters.ledger import lines, trained
from euar.chapters.ledger.cells import every_cell, summary
from euar.chapters.ledger.corpora import corpora
from euar.chapters.ledger.lines import next_best, pictured, said
from euar.chapters.ledger.pictures import dumbbells
from euar.chapters.nyud import measure as nyud
from euar.chapters.trained_encoders.measure import compared as along_with
from euar.experiments.protocols import Draws
from euar.experiments.row import Row
from euar.experiments.tables import Compared, Found, Panel, Table
from euar.experiments.tables.compared import Effect
from euar.experiments.tables.printed import Measured
from euar.experiments.tables.verdicts import verdicts
from euar.intervals import t_interval
from tests.drawing import close_figures, drawn

__all__ = ["close_figures"]
ROW = corpora()["nyud"].row
ROWS = {name: replace(ROW, system=name) for name in ("default", "mlp-experts", "concat")}
EFFECT = Effect(t_interval([0.01, 0.02, 0.03]), 0.07, 0.04, "seeds")
TMC, EUAR = 0.7106, 0.7171  # of Table 1, the next best and the paper's own


@pytest.fixture(autouse=True)
def nothing_trained_along(monkeypatch):
    known(monkeypatch, [])


def known(monkeypatch, pairs):
    monkeypatch.setattr(trained, "newest", lambda *_: pairs)
    trained._known.cache_clear()


def whole(name="Table 1", title="rooms", column="nyud accuracy", paper="table-1-image"):
    panel = Panel(
        title=title,
        rows=ROWS,
        metrics={"accuracy": column},
        paper=paper,
        of_paper={"default": "EUAR", "concat": "Concat"},
        differs="other features",
    )
    scores = {"logistic": np.array([0.6]), "default": np.array([0.6, 0.7]), "concat": np.array([0.5, 0.7])}
    one = Compared(panel, "accuracy", scores, {"concat": EFFECT, "mlp-experts": EFFECT})
    found = {ROWS["default"]: Found({"data": {"n": {"test": 400}}}, {})}
    return Measured(Table(name=name, title="", panels=(panel,)), found, [one], verdicts([one]))


def test_table_1_has_ours_the_papers_best_the_controls_and_the_linear_model():
    found = pictured(whole())["rooms"]
    assert [line.label for line in found] == ["EUAR", "TMC", "MMTM", "concat", "MLP experts", "logistic"]
    ours, tmc, _, concat, plain, _ = found
    assert (ours.paper, ours.lead, ours.difference) == (EUAR, None, None)
    assert (tmc.paper, tmc.frozen) == (TMC, None)
    assert tmc.lead == pytest.approx(EUAR - TMC)
    for line in (concat, plain):
        assert (line.difference, line.detectable) == (EFFECT.interval, EFFECT.detectable)
    assert (plain.paper, plain.lead) == (None, None)
    assert ours.error == pytest.approx(math.sqrt(EUAR * (1 - EUAR) / 400))


def test_table_3_has_a_line_for_each_condition_and_plain_experts_beside_the_papers_lead():
    made = whole("Table 3", "rooms: gaussian:10", "gaussian:10", "table-3")
    ((title, (line,)),) = pictured(made).items()
    assert (title, line.label, line.paper) == ("rooms", "gaussian:10", 0.5779)
    assert line.difference == EFFECT.interval
    assert line.lead == pytest.approx(0.5779 - 0.556)


@pytest.mark.parametrize("protocol", ["one-model", "test-only"])
def test_a_cell_of_the_paper_stands_once(protocol):
    made = whole("Table 2", f"rooms: rgb, {protocol}")
    assert pictured(made) == {}
    assert every_cell(made).rows[1:] == ()
    assert len(every_cell(whole("Table 2", "rooms: rgb, matched")).rows) > 1


def test_systems_that_a_panel_cannot_run_are_cells_of_the_paper_all_the_same():
    (panel,) = whole().table.panels
    alone = replace(panel, rows={"default": ROWS["default"]})
    assert said(alone, "accuracy").keys() == {"Concat", "Late Fusion", "MMTM", "TMC", "QMF", "default"}
    assert next_best(alone, "accuracy") == TMC


def test_noise_is_that_of_one_draw_until_the_mean_of_several_is_measured(monkeypatch):
    asked = []
    monkeypatch.setattr(
        lines, "search", lambda cells: asked.append(cells) or dict.fromkeys(cells, Found(None, {}))
    )
    panels = lines.measured.__wrapped__(3).table.panels
    draws, single = (set(map(type, cells)) for cells in asked)
    assert (draws, single) == ({Draws}, {Row})
    assert {panel.tests for panel in panels if "gaussian:10" in panel.title} == {("gaussian:10",)}
    known = {one for one in nyud.measurements() if type(one) is Row}
    assert known & {one for panel in panels for one in panel.rows.values()}


def test_the_next_best_is_the_best_of_those_that_ran_and_those_that_did_not():
    (panel,) = whole().table.panels
    assert next_best(panel, "accuracy") == TMC
    assert next_best(replace(panel, paper=None), "accuracy") is None


def test_every_cell_of_the_paper_is_there_with_a_reason():
    _, *cells = every_cell(whole()).rows
    assert {cell[1]: cell[3] for cell in cells} == {
        "EUAR": "71.7",
        "concat": "70.3",
        "Late Fusion": "69.1",
        "MMTM": "71.0",
        "TMC": "71.1",
        "QMF": "70.1",
    }
    why = {cell[1]: cell[-1] for cell in cells}
    assert why["QMF"] == "not run"
    assert why["EUAR"].startswith("its lead on the next best: +0.")
    assert why["EUAR"].endswith("; other features")
    (concat,) = [cell for cell in cells if cell[1] == "concat"]
    assert concat[4:8] == ("60.0", "-", "+2.0 [-0.5, +4.5]", "undecidable")


def test_a_summary_counts_leads_and_verdicts():
    rows, seeds, claims = summary(whole()).splitlines()
    assert rows.startswith("3 of 3 leads")  # the standard error is above two hundredths
    assert seeds.startswith("1 of 1 ")
    assert claims == "claims of the table: 1 undecidable"


def test_scores_of_encoders_that_train_along_stand_beside_the_frozen(monkeypatch):
    along = next(one for one in along_with() if one.data == "nyud" and one.system == "default")
    runs = [{"test": {"accuracy": 0.8}, "others": {"gaussian:10": {"accuracy": 0.7}}}]
    known(monkeypatch, [(along, {"runs": runs})])
    assert pictured(whole())["rooms"][0].trained.tolist() == [0.8]
    assert trained.trained_scores(ROW, "accuracy", ("gaussian:10, draw 0",)).tolist() == [0.7]
    assert trained.trained_scores(ROW, "accuracy", ("gaussian:5, draw 0",)) is None
    assert trained.trained_scores(replace(ROW, system="concat"), "accuracy") is None


def test_all_modalities_are_all_by_name_too(monkeypatch):
    along = next(one for one in along_with() if one.modalities == ("text", "audio"))
    known(monkeypatch, [(along, {"runs": [{"test": {"acc2": 0.8}}]})])
    row = replace(corpora()["mosi"].row, system=along.system)
    assert trained.trained_scores(row, "acc2").tolist() == [0.8]
    assert trained.trained_scores(replace(row, modalities=("text",)), "acc2") is None


def test_a_picture_has_scores_left_and_leads_right():
    groups = pictured(whole())
    left, right = drawn(dumbbells(groups, "the other"))
    assert [tick.get_text() for tick in left.get_yticklabels()] == [line.label for line in groups["rooms"]]
    shown = {(line.get_label(), float(line.get_ydata()[0])): line.get_xdata()[0] for line in left.lines}
    assert shown["the paper", 0] == pytest.approx(100 * EUAR)
    assert shown["ours, frozen features", 0] == pytest.approx(65)
    assert ("ours, frozen features", 1) not in shown
    leads = {
        float(line.get_ydata()[0]): line.get_xdata()[0] for line in right.lines if line.get_mfc() == "none"
    }
    assert leads[1] == pytest.approx(100 * (EUAR - TMC))
    assert set(leads) == {1, 2, 3}
