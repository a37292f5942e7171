"""Figures on made-up rows: each draws what was measured, with its numbers, and says what is missing."""

import json
from functools import partial

import numpy as np
import pytest

from euar.chapters.ledger.corpora import corpora
from euar.chapters.ledger.course import Course
from euar.chapters.ledger.drawings import Measured
from euar.chapters.ledger.figures import FIGURES
from euar.chapters.ledger.pictures import joint_grid, rank_picture
from euar.chapters.ledger.smoke import made_up, tiny
from euar.data import load
from euar.experiments.measurement import Observation, Predicted
from euar.experiments.sentences import INVENTED, SENTENCES
from euar.experiments.tables import Found, compared
from euar.files import to_json
from tests.drawing import close_figures, drawn

__all__ = ["close_figures"]
EPOCHS, ROWS = 3, 36


@pytest.fixture(scope="module")
def some(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tiny")
    return [tiny(corpus, folder) for corpus in corpora().values()]


def found_of(one, data):
    """What a measurement would find: seeded numbers of every test split that any figure asks for."""
    rng = np.random.default_rng(len(str(one.request())))
    test = data.subset(split="test")
    splits = [
        "test",
        *(f"only {' + '.join(names)}" for names in (["text"], ["text", "audio"], ["text", "video"])),
    ]
    scores = partial(dict.fromkeys, ("acc2", "f1", "acc7", "accuracy", "f1_weighted"))
    tests = {name: scores(0.5) for name in splits[1:]} | {
        f"features:{i}, draw {j}": scores(0.4) for i in range(1, 9) for j in range(5)
    }
    runs = [
        {
            "seed": seed,
            "test": scores(rng.random()),
            "others": tests,
            "curves": {"test_acc2": [0.1 * seed] * EPOCHS},
        }
        for seed in one.seeds
    ]
    shape = (len(one.seeds), len(test)) + ((3,) if test.task == "classification" else ())
    said = {name: Predicted(test.ids, rng.normal(size=shape)) for name in (*splits, *tests)}
    said |= {
        f"{what}, {name}": Predicted(test.ids, rng.uniform(-1, 1, (2, len(test), *more)))
        for name in ("test", "only text")
        for what, more in {"t-SNE": (2,), "silhouette": ()}.items()
    }
    said |= {INVENTED: Predicted(np.array([*SENTENCES]), rng.normal(size=(2, len(SENTENCES))))}
    return Observation({"runs": runs, "baselines": {"constant": scores(0.3)}}, said)


def measured(number, some):
    table = FIGURES[number].cells(some)
    data = {panel.title: load(panel.rows[panel.ours].data) for panel in table.panels}
    found = {
        one: Found(*found_of(one, data[panel.title])) for panel in table.panels for one in panel.rows.values()
    }
    metrics = [each for panel in table.panels for each in compared(panel, found, None)]
    return Measured(table, found, metrics, data)


@pytest.mark.parametrize(("number", "panels"), [(3, 1), (4, 1), (5, 1), (6, 6)])
def test_a_figure_is_drawn_with_its_numbers(number, panels, some):
    found = FIGURES[number].draw(measured(number, some))
    assert len(drawn(found.picture)) == panels
    assert found.lines
    assert len({tuple(line) for line in found.lines}) == 1  # one header for all
    json.loads(to_json(found.lines))


def test_figure_4_has_both_weightings_of_both_sets(some):
    titles = [panel.title for panel in FIGURES[4].cells(some).panels]
    assert len(titles) == 4
    assert sum("sum to 1" in title for title in titles) == 2


def test_figure_5_has_three_curves_and_the_third_is_plain(some):
    (panel,) = FIGURES[5].cells(some).panels
    assert list(panel.rows) == ["EUAR, paper", "without U-loss", "MLP experts"]
    assert isinstance(panel.rows["MLP experts"], Course)
    found = panel.rows["MLP experts"].measure("x").record
    assert found["config"]["model"]["type"].endswith("MLPExpertsConfig")
    assert len(found["runs"][0]["curves"]["test_acc2"]) == 2


def test_figure_6_has_a_separation_with_an_interval_for_each_panel(some):
    lines = FIGURES[6].draw(measured(6, some)).lines
    assert [line["row"] for line in lines[::2]] == ["concat", "MLP experts", "EUAR"]
    assert {line["test"] for line in lines} == {"test", "only text"}
    assert all(line["low"] < line["silhouette"] < line["high"] for line in lines)


def test_figure_7_names_rows_by_id_and_no_words_of_the_data(some):
    found = FIGURES[7].draw(measured(7, some))
    assert found.picture is None
    ids = {line["what"] for line in found.lines if not line["what"].startswith("all ")}
    data = made_up("x", ("text", "audio", "video"), classes=False)
    assert len(ids) == 4
    assert ids <= set(data.subset(split="test").ids)
    assert {line["given"] for line in found.lines} == {
        "text",
        "text + audio",
        "text + video",
        "text + audio + video",
    }
    assert sum(line["what"] == f"all {ROWS} test rows" for line in found.lines) == 2 * 4


def test_figure_7_reads_sentences_of_ours_where_texts_become_features_here():
    (panel,) = FIGURES[7].cells([corpora()["mosi"]]).panels
    found = {
        one: Found(*found_of(one, made_up("x", ("text",), classes=False))) for one in panel.rows.values()
    }
    lines = FIGURES[7].draw(Measured(FIGURES[7].cells([corpora()["mosi"]]), found, [], {})).lines
    assert [line["what"] for line in lines] == [*SENTENCES] * 2


@pytest.mark.parametrize("number", FIGURES)
def test_nothing_measured_is_nothing_drawn(number, some):
    table = FIGURES[number].cells(some)
    empty = {one: Found(None, {}) for one in table.measurements}
    found = FIGURES[number].draw(Measured(table, empty, [], {}))
    assert found.picture is None
    assert found.lines == []


def test_signs_have_a_colour_each_and_a_note_below():
    signs = np.array([-1, 0, 1, 1])
    made = joint_grid({"test": {"EUAR": np.eye(4)[:, :2]}}, signs, {"test": {"EUAR": "silhouette +0.1"}})
    (ax,) = drawn(made)
    assert ax.get_xlabel() == "silhouette +0.1"
    assert [len(line.get_xdata()) for line in ax.lines] == [1, 1, 2]


def test_the_best_system_stands_on_top_with_its_critical_difference():
    made = rank_picture(["EUAR", "concat"], [1.2, 1.8], critical=0.5)
    (ax,) = drawn(made)
    assert ax.yaxis_inverted()
    assert [label.get_text() for label in ax.get_yticklabels()] == ["EUAR", "concat"]
    (bars,) = ax.collections
    assert [tuple(segment[:, 0]) for segment in bars.get_segments()] == [(1.2, 1.7), (1.8, 2.3)]
