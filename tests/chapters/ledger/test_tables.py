"""The paper's tables and figures as cells: chapters' are among them, every column is the paper's."""

import pytest

from euar.chapters.ledger.corpora import chosen, corpora, measured_elsewhere
from euar.chapters.ledger.figures import FIGURES
from euar.chapters.ledger.measure import measurements as numbers
from euar.chapters.ledger.tables import TABLES
from euar.chapters.measurements import measurements
from euar.experiments.paper import tables as paper_tables
from euar.experiments.row import Row
from tests.data.readers.writers.pickles import mmsa

ALL = list(corpora().values())
MADE = {f"table {n}": make(ALL) for n, make in TABLES.items()}
MADE |= {f"figure {n}": draft.cells(ALL) for n, draft in FIGURES.items()}
CELLS = {one for table in MADE.values() for one in table.measurements}


@pytest.mark.parametrize("name", MADE)
def test_every_column_is_one_of_the_papers_and_ours_is_in_every_panel(name):
    for panel in MADE[name].panels:
        assert panel.ours in panel.rows
        for metric, column in panel.metrics.items():
            if panel.paper is not None and column in paper_tables()[panel.paper].columns:
                assert panel.said(panel.ours, metric) is not None
            elif column is not None:
                assert panel.paper is None or (name, column) == ("table 2", "video f1"), (panel.title, column)


@pytest.mark.parametrize("chapter", ["mosi", "mosei", "mvsa", "nyud"])
def test_what_a_chapter_measures_is_not_measured_again(chapter):
    rows = {one for one in measurements(chapter)[1] if type(one) is Row}
    rows = {one for one in rows if one.variant != "leaked" and one.size is None}
    if chapter in ("mvsa", "nyud"):  # each modality alone is in no table
        rows = {one for one in rows if one.modalities is None}
    assert rows <= CELLS


def test_ablations_and_numbers_of_experts_are_those_of_their_chapters():
    assert set(numbers()) <= CELLS
    known = set(measured_elsewhere()["paper_against_code"])
    assert len([one for one in MADE["table 4"].measurements if one in known]) == 4


def test_every_system_that_the_paper_names_and_that_runs_is_in_a_table():
    rows = {row for table in MADE.values() for panel in table.panels for row in panel.rows}
    assert {
        "align",
        "mmtm",
        "tmc",
        "qmf",
        "dcca",
        "mctn",
        "mmin",
        "gcnet",
        "dicmor",
        "cubemlp",
        "confede",
    } <= rows


def test_the_papers_leads_are_its_own():
    (mosi, *_) = MADE["table 1"].panels
    assert mosi.lead("dicmor", "acc2") == pytest.approx(0.007)
    assert set(mosi.quoted("acc2")) == {"MHMF-BERT", "MSG-MBA"}
    whole = next(panel for panel in MADE["table 2"].panels if "video, matched" in panel.title)
    assert whole.lead("dicmor", "acc2") == pytest.approx(0.027)
    assert MADE["table 4"].panels[0].lead("without both", "acc7") == pytest.approx(0.15)


def test_protocols_share_no_training_but_that_on_all_modalities():
    by_protocol = {
        how: {
            one
            for panel in MADE["table 2"].panels
            if panel.title.endswith(how)
            for one in panel.rows.values()
        }
        for how in ("matched", "one-model", "test-only")
    }
    assert not by_protocol["one-model"] & (by_protocol["matched"] | by_protocol["test-only"])
    shared = by_protocol["matched"] & by_protocol["test-only"]
    assert shared
    assert all(one.modalities is None for one in shared)


def test_a_row_of_draws_serves_two_tables():
    draws = {one for one in MADE["table 3"].measurements if one.system == "qmf"}
    assert draws <= set(MADE["table 1"].measurements)
    assert all(len(panel.tests) in (1, 5) for panel in MADE["table 3"].panels)


def test_a_users_file_of_mmsa_stands_in_the_place_of_a_set(tmp_path):
    file = mmsa.write(tmp_path)
    (corpus,) = chosen(f"mosei={file}")
    table = TABLES[2]([corpus])
    assert len(table.panels) == 3 * 7  # protocols, sets of text, audio and vision
    said = {panel.title: panel.said("default", "acc2") for panel in table.panels}
    paper = paper_tables()["table-2-mosei"]
    assert said[f"{corpus.title}: vision, one-model"] == paper.fraction("EUAR", "video acc2")
    assert said[f"{corpus.title}: text + audio + vision, matched"] == paper.fraction(
        "EUAR", "text+video+audio acc2"
    )
    assert {one.data for one in table.measurements} == {str(file)}
    (alone,) = chosen(str(file))
    assert {panel.paper for panel in TABLES[2]([alone]).panels} == {None}


def test_a_file_in_the_place_of_no_set_is_an_error():
    with pytest.raises(ValueError, match="dataset: expected one of mosi, mosi-unseen"):
        chosen("moses=x.pkl")
