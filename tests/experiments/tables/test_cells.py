"""Cells: found wherever they were measured, compared over seeds and rows, and told in lines."""

import io
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from euar.experiments import export, store
from euar.experiments.measurement import Result
from euar.experiments.row import Row
from euar.experiments.tables import Panel, Table, compared, homes, search
from euar.experiments.tables.found import HOME, wanted
from euar.experiments.tables.pace import seconds
from euar.experiments.tables.pooled import one_a_set, over_panels
from euar.experiments.tables.printed import Measured, claims, head, lines, pooled, shown
from euar.experiments.tables.ranking import ranking
from euar.experiments.tables.verdicts import verdicts
from euar.training import Recipe
from tests.training.tiny import dataset


@pytest.fixture(scope="module")
def rows(data_file):
    how = {"recipe": Recipe(epochs=1, batch_size=16), "rates": (1e-2,), "seeds": (0, 1)}
    return {
        name: Row(data=str(data_file), system=name, **how) for name in ("default", "concat", "linear-head")
    }


@pytest.fixture(scope="module")
def root(rows, tmp_path_factory):
    """Two of three cells are measured, each in another experiment."""
    folder = tmp_path_factory.mktemp("results")
    for name, experiment in {"default": "chapter", "concat": HOME}.items():
        store.save_result(rows[name].measure(experiment), folder)
    return folder


@pytest.fixture(scope="module")
def panel(rows):
    return Panel(title="Tiny", rows=rows, metrics={"acc2": None, "acc7": None}, differs="made up")


@pytest.fixture(scope="module")
def measured(panel, root):
    table = Table(name="Table 0", title="tiny", panels=(panel, replace(panel, title="Tiny again")))
    found = search(table.measurements, root)
    metrics = [one for each in table.panels for one in compared(each, found, dataset(120))]
    return Measured(table, found, metrics, verdicts(metrics))


def test_a_cell_is_found_in_whatever_experiment_holds_it(rows, root):
    still = wanted([*rows.values()], root)
    assert still.missing == [rows["linear-head"]]
    found = search(rows.values(), root)
    assert [found[one].there for one in rows.values()] == [True, True, False]
    assert found[rows["default"]].result["experiment"] == "chapter"


def test_another_seed_is_another_cell(rows, root):
    other = replace(rows["default"], seeds=(5, 6))
    assert wanted([other], root).missing == [other]


def test_data_that_are_not_here_are_said_and_others_go_on(rows, root):
    gone = replace(rows["default"], data="/nowhere.h5")
    still = wanted([gone, rows["linear-head"]], root)
    assert still.missing == [rows["linear-head"]]
    assert "nowhere" in still.without_data[gone]


def test_a_chapter_keeps_its_own_cells(rows):
    ours, theirs, rest = rows.values()
    assert homes([ours, theirs, rest], {"a": [theirs], "b": []}) == {HOME: [ours, rest], "a": [theirs]}


def test_a_difference_covers_seeds_and_rows_where_predictions_are_there(measured, rows):
    effect = measured.compared[0].effects["concat"]
    runs = [measured.found[rows[name]].result["runs"] for name in ("default", "concat")]
    gaps = [a["test"]["acc2"] - b["test"]["acc2"] for a, b in zip(*runs, strict=True)]
    assert effect.over == "seeds and rows"
    assert effect.interval.mean == pytest.approx(np.mean(gaps))
    panel = measured.table.panels[0]
    (alone, _) = compared(panel, measured.found, None)
    assert alone.effects["concat"].over == "seeds"
    assert alone.effects["concat"].interval.mean == pytest.approx(np.mean(gaps))


def test_several_test_splits_are_averaged(rows, measured):
    panel = replace(measured.table.panels[0], tests=("without a", "without b"))
    (acc2, _) = compared(panel, measured.found, dataset(120))
    runs = measured.found[rows["concat"]].result["runs"]
    mean = [np.mean([run["others"][test]["acc2"] for test in panel.tests]) for run in runs]
    assert acc2.scores["concat"] == pytest.approx(mean)
    ours = measured.found[rows["default"]].result["runs"]
    gap = np.mean([run["others"][test]["acc2"] for run in ours for test in panel.tests]) - np.mean(mean)
    assert acc2.effects["concat"].interval.mean == pytest.approx(gap)


def test_a_table_has_its_rows_and_baselines_and_says_what_is_missing(measured):
    found = lines(measured)
    rows = {line["row"]: line for line in found if (line["result"], line["metric"]) == ("Tiny", "acc2")}
    assert list(rows) == ["constant", "ridge", "EUAR", "concat", "linear head"]
    assert rows["linear head"]["n"] == 0
    assert np.isnan(rows["linear head"]["mean"])
    assert rows["EUAR"]["experiment"] == "chapter"
    titles = [made.title for made in shown(measured)]
    assert titles == ["Tiny", "EUAR minus it, Acc2", "Tiny again", "EUAR minus it, Acc2"]
    console = Console(width=80, file=io.StringIO())
    console.print(*shown(measured))
    assert "…" not in console.file.getvalue()  # a number is never cut
    assert "2 of 3 cells measured" in head(measured)[-1]
    assert "Tiny: made up" in head(measured)
    assert claims(measured) == []  # the paper says nothing of it
    for write in (export.to_csv, export.as_json, export.to_latex):
        assert "linear head" in write(found)


def test_ranks_need_three_systems_and_two_panels(measured):
    assert ranking(measured.compared) is None
    more = [one._replace(scores=one.scores | {"linear-head": np.array([0.0])}) for one in measured.compared]
    alike = [one._replace(scores=dict.fromkeys(one.panel.rows, np.array([0.5]))) for one in measured.compared]
    assert ranking(alike) is None
    found = ranking(more)
    assert found.panels == 2
    assert found.rows[-1] == "linear-head"
    assert found.ranks.mean_ranks[-1] == 3


def test_a_row_of_several_panels_is_pooled(measured):
    first, _, second, _ = measured.compared  # the same panel twice, two metrics each
    effect = first.effects["concat"]
    moved = effect._replace(interval=effect.interval._replace(mean=effect.interval.mean + 0.02))
    (found,) = over_panels([first, second._replace(effects={"concat": moved})])
    assert (found.row, found.panels) == ("concat", 2)
    assert found.pooled.fixed.mean == pytest.approx(effect.interval.mean + 0.01)  # equal errors: the middle
    assert "EUAR - concat over 2 sets: " in pooled([found], "default")[0]
    assert over_panels([first]) == []
    assert one_a_set(measured.compared) == list(measured.compared[:2])  # both panels are of one set


def test_the_pace_is_that_of_the_closest_result(rows, root):
    known = {
        r["config"]["name"]: r["seconds"]
        for name in ("chapter", HOME)
        for r in store.load_results(name, root)
    }
    assert seconds([rows["concat"]], root) == pytest.approx(known["concat"])
    twice = replace(rows["concat"], seeds=(0, 1, 2, 3))
    assert seconds([twice], root) == pytest.approx(2 * known["concat"])
    unknown = replace(rows["concat"], system="late-fusion")
    assert seconds([unknown], root) == pytest.approx(np.median([*known.values()]))
    assert seconds([unknown], root / "none") is None


def test_a_newer_result_by_older_code_gives_way(rows, tmp_path):
    now = rows["concat"].measure("now")
    old = now.record | {"experiment": "old", "started": "2999-01-01T00:00:00+00:00", "key": "0" * 16}
    store.save_result(Result(now.record, {}), tmp_path)
    store.save_result(Result(old | {"code": old["code"] | {"sha256": "x"}}, {}), tmp_path)
    assert search([rows["concat"]], tmp_path)[rows["concat"]].result["experiment"] == "now"
