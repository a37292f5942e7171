"""Users' tables whose cells differ much in length or are many: refused, or read in linear time."""

import time
import tracemalloc

import numpy as np
import pytest

from euar.data import readers
from tests.data.readers.own.refused import labels, refusal

ROWS = 5000
WORDS = ("train",) * (ROWS - 200) + ("valid",) * 100 + ("test",) * 100


@pytest.mark.parametrize("column", ["text", "group"])
def test_one_long_text_among_many_short_ones_costs_no_padding(column, tmp_path):
    cells = {column: ["short"] * (ROWS - 1) + ["x" * 50_000]}
    labels(tmp_path, ["0.5"] * ROWS, column=cells, words=WORDS)
    tracemalloc.start()
    start = time.process_time()
    try:
        error = refusal(tmp_path)
        assert tracemalloc.get_traced_memory()[1] < 2**26
    finally:
        tracemalloc.stop()
    assert column in error.field
    assert error.found in (f"one of 50000 in row {ROWS - 1}", f"50000 in line {ROWS + 1}")
    assert time.process_time() - start < 10


def test_texts_of_ordinary_lengths_are_read(tmp_path):
    cells = {"text": ["short"] * (ROWS - 1) + ["x" * 5000]}
    data = readers.read(labels(tmp_path, ["0.5"] * ROWS, column=cells, words=WORDS))
    assert len(data.meta["raw"]["text"][-1]) == 5000


def test_a_class_of_its_own_in_every_row_takes_linear_time(tmp_path):
    rows = 50_000
    start = time.process_time()
    words = ["train"] * (rows - 2) + ["valid", "test"]
    data = readers.read(labels(tmp_path, [f"c{row}" for row in range(rows)], words=words))
    assert len(np.unique(data.target)) == rows
    assert time.process_time() - start < 10


def test_a_bad_number_among_features_is_named_by_its_line_and_column(tmp_path):
    labels(tmp_path, ["0.5"] * 12)
    rows = [f"i{row},1,{'bad' if row == 3 else 2}" for row in range(12)]
    (tmp_path / "gaze.csv").write_text("\n".join(["id,left,right", *rows]) + "\n")
    error = refusal(tmp_path)
    assert (error.file, error.field) == (str(tmp_path / "gaze.csv"), "right")
    assert error.found == "'bad' in line 5"


def test_nan_is_named_by_its_line_and_column_wherever_the_row_stands(tmp_path):
    order = [*range(6, 12), *range(6)]  # other than that of the labels
    labels(tmp_path, ["0.5"] * 12)
    rows = [f'i{row},"1\n",{"NaN" if row == 3 else 2}' for row in order]  # two lines a row
    (tmp_path / "gaze.csv").write_text("\n".join(["id,left,right", *rows]) + "\n")
    assert refusal(tmp_path).found.endswith("the first in column 'right' in line 20 of gaze.csv")
    rows = [f"i{row},{row / 2},{row},{'' if row == 7 else 2}" for row in range(12)]
    (tmp_path / "wide").mkdir()
    (tmp_path / "wide" / "all.csv").write_text("\n".join(["id,label,voice_0,voice_1", *rows]) + "\n")
    error = refusal(tmp_path / "wide" / "all.csv")
    assert error.found.endswith("the first in column 'voice_1' in line 9 of all.csv")


def test_a_bad_label_is_named_by_its_line(tmp_path):
    error = refusal(labels(tmp_path, ["0.5"] * 11 + ["good"]))
    assert error.found == "'0.5' in line 2 and 'good' in line 13"


def test_semicolons_are_explained(tmp_path):
    labels(tmp_path, ["0.5"] * 12)
    file = tmp_path / "labels.csv"
    file.write_text(file.read_text().replace(",", ";"))
    assert "semicolons" in refusal(tmp_path).found
