"""The paper's tables: complete, in range, and equal where the paper prints a figure more than once."""

import pytest

from euar.experiments import paper

CELLS = {
    "table-1-video": 42,
    "table-1-image": 28,
    "table-2-mosi": 126,
    "table-2-mosei": 126,
    "table-3": 35,
    "table-4": 24,
}
METRICS = ("acc2", "acc7", "f1", "accuracy")


def test_every_table_has_its_cells():
    assert {name: len(t.rows) * len(t.columns) for name, t in paper.tables().items()} == CELLS


@pytest.mark.parametrize("name", CELLS)
def test_rows_are_whole_and_in_percent(name):
    table = paper.table(name)
    assert len(set(table.columns)) == len(table.columns)
    for cells in table.rows.values():
        assert len(cells) == len(table.columns)
        assert all(cell is None or 10 < cell < 90 for cell in cells)
    assert table.unit == "percent"


@pytest.mark.parametrize("name", [name for name in CELLS if name != "table-3"])
def test_columns_end_in_a_metric(name):
    assert all(column.split()[-1] in METRICS for column in paper.table(name).columns)


@pytest.mark.parametrize("data", ["mosi", "mosei"])
@pytest.mark.parametrize("metric", ["acc2", "f1", "acc7"])
def test_the_full_model_is_the_same_in_tables_1_2_and_4(data, metric):
    first = paper.table("table-1-video").value("EUAR", f"{data} {metric}")
    assert paper.table(f"table-2-{data}").value("EUAR", f"text+video+audio {metric}") == first
    assert paper.table("table-4").value("both", f"{data} {metric}") == first


def test_the_clean_column_of_table_3_is_that_of_table_1_but_for_two_rivals():
    clean, first = paper.table("table-3"), paper.table("table-1-image")
    common = clean.rows.keys() & first.rows.keys()
    unequal = {s for s in common if clean.value(s, "clean") != first.value(s, "nyud accuracy")}
    assert unequal == {"Concat", "Late Fusion"}  # so the paper prints them


def test_two_systems_have_the_same_row_for_mvsa():
    rows = paper.table("table-1-image").rows
    assert rows["TMC"][2:] == rows["MVCN"][2:]  # so the paper prints them


def test_a_cell_as_a_fraction():
    table = paper.table("table-1-image")
    assert table.fraction("EUAR", "mvsa accuracy") == pytest.approx(
        table.value("EUAR", "mvsa accuracy") / 100
    )
    assert table.fraction("MMTM", "nyud f1") is None


@pytest.mark.parametrize(
    ("read", "found"),
    [
        (lambda: paper.table("table-9"), "table: expected one of table-1-video, .* found 'table-9'"),
        (lambda: paper.table("table-3").value("BERT", "clean"), "system: expected one of Concat, .*'BERT'"),
        (lambda: paper.table("table-3").value("QMF", "dirty"), "column: expected one of clean, .*'dirty'"),
    ],
)
def test_an_unknown_name_lists_the_known(read, found):
    with pytest.raises(ValueError, match=found):
        read()
