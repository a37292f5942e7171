"""Labels of users' own data: what is a number, what is a class, and what is neither."""

import time
import warnings

import numpy as np
import pytest

from euar.data import readers
from tests.data.readers.own.refused import labels, refusal

OTHER_NOTATIONS = [
    *("1,5", "1.234,5", "1,5e3", "1'000", "1\u20195", "1 000.5", "1\u00b75", "1\u066b5"),
    *("\u22121", "\u22121.5", "\u20132", "\u20141", "\u20111", "\u20103"),
    *("50%", "50 %", "5\u2030", "\u066a50", "50 per cent", "50 PERCENT"),
    *("~1.5", "\u2248 2", "\u00b11.5", "\u223c-2", "1.5\u00d710^2", "2 * 10^-3"),
    *("$3", "-$2", "\u20ac 3", "3 \u20ac", "\u20bd3", "USD 3", "3 eur", "(3)"),
    *("\uff15", "\u0663.\u0665", "1.5\u200b", "\ufeff3", "1\u00a0000"),
    *("\uff11\uff0e\uff15", "1\uff0c5", "50\uff05", "\u2460", "\u00b2", "\u207b1.5", "US$ 5", "R$ 3"),
    *("1.5-", "+-1", "1d5", "0x1F", "1`000", "1\u02bc000"),
    *("<1.5", "> -1.5", "\u2264 1,5", "\u2a7e.5", "\uff1c1.5", "=1.5", "[1.5]", "{2}", "1_000", "1_000.5"),
]
#: Numbers only because all labels are like them.
WITH_UNITS = [
    *(("1.5 SEK", "2.5 SEK"), ("2.5 Euro", "3 euro"), ("-1.5K", "2K"), (".5 kg", "1.5 kg")),
    *(("4/5", "3/5"), ("1:5", "2:5"), ("\u00bd", "\u00bc"), ("5\u00b0", "6\u00b0"), ("1\u2605", "2\u2605")),
]
PERHAPS_WITH_UNITS = [
    *(("5 points", "7 points"), ("3 dollars", "4 dollars"), ("5 \u5143", "7 \u5143")),
    *(("kr 5,0", "kr 7,5"), ("kr. 1.5", "kr. 2"), ("2D", "3D")),
    *(("<1", "<2"), ("<5", "\u22655"), ("1.5 kg", "2.5 g"), ("1.5-2.0", "2.0-2.5"), ("1.5 good", "2.5 bad")),
    *(("np.float32(1.5)", "np.float64(2.5)"), ("1.5;2.0", "2.5;1.0")),
]
NAMES = [
    ("class 1", "class 2"),
    ("Q1", "Q2"),
    ("18-25", "26-35"),
    ("18+", "21+"),
    ("<18", "18+"),
    ("1_2", "1_3"),
    ("#1", "#2"),
    ("1st", "2nd"),
]


@pytest.mark.parametrize("others", [["1.5"], ["good", "bad"], []])
@pytest.mark.parametrize("cell", OTHER_NOTATIONS)
def test_numbers_in_another_notation_are_no_classes(cell, others, tmp_path):
    cells = [f'"{word}"' for word in [*others, cell, cell] * 10]
    error = refusal(labels(tmp_path, cells, words=None))
    assert (error.field, error.expected) == ("label", "numbers written as -1.5, or words")
    assert error.found == f"{cell!r} in line {2 + len(others)}"


@pytest.mark.parametrize("cells", WITH_UNITS)
def test_numbers_that_all_have_one_unit_are_no_classes(cells, tmp_path):
    error = refusal(labels(tmp_path, [f'"{cell}"' for cell in cells] * 6))
    assert (error.field, error.expected) == ("label", "numbers written as -1.5, or words")
    assert cells[0] in error.found


@pytest.mark.parametrize("cells", PERHAPS_WITH_UNITS)
def test_numbers_that_may_have_one_unit_are_classes_with_a_warning(cells, tmp_path):
    with pytest.warns(UserWarning, match="all others are taken for classes; ratings are numbers alone"):
        data = readers.read(labels(tmp_path, [f'"{cell}"' for cell in cells] * 6))
    assert data.meta["classes"] == sorted(cells)


@pytest.mark.parametrize("word", ["9" * 90_000 + "x", "a" * 90_000, "." * 90_000])
def test_long_labels_are_refused_at_once(word, tmp_path):
    start = time.process_time()
    error = refusal(labels(tmp_path, [word, "other"] * 6))
    assert error.found == f"{len(word)} in line 2"
    assert time.process_time() - start < 5


def with_first(folder, column, cell):
    """Write labels of twelve rows with one cell changed."""
    names = [f"n{row}" for row in range(12)]
    cells = {"label": ["x", "y"] * 6, "id": names, "group": names, "split": ["train"] * 12}
    cells[column] = [cell, *cells[column][1:]]
    return labels(folder, cells.pop("label"), column=cells)


@pytest.mark.parametrize("column", ["label", "id", "group", "split"])
def test_a_heap_of_accents_is_refused_at_once(column, tmp_path):
    """To bring them into order takes quadratic time."""
    start = time.process_time()
    assert refusal(with_first(tmp_path, column, "\u0301\u0316" * 45_000)).field == column
    assert time.process_time() - start < 5


@pytest.mark.parametrize("column", ["label", "id", "group"])
def test_nan_names_nothing(column, tmp_path):
    error = refusal(with_first(tmp_path, column, "NaN"))
    assert (error.field, error.expected) == (column, "a value in every row")
    assert error.found == "NaN in line 2"


@pytest.mark.parametrize("cells", NAMES)
def test_names_with_numbers_are_classes(cells, tmp_path):
    assert readers.read(labels(tmp_path, [*cells] * 6)).meta["classes"] == sorted(cells)


def test_quotes_of_a_spreadsheet_make_no_classes(tmp_path):
    error = refusal(labels(tmp_path, ['"=""1.5"""', '"=""2.5"""'] * 6))
    assert error.found == "'=\"1.5\"' in line 2"


@pytest.mark.parametrize(
    "cells",
    [
        ("1e-300", "2e-300"),
        ("16777216.0", "16777217.5"),
        ("1000000000000000.5", "1000000000000001.5"),
    ],
)
def test_ratings_that_float32_makes_one_are_refused(cells, tmp_path):
    error = refusal(labels(tmp_path, [*cells] * 6))
    assert (error.field, error.expected) == ("label", "ratings that float32 tells apart")
    assert "power of ten" in error.remedy


@pytest.mark.parametrize(
    "cells", [("0.1", "0.1"), ("1e-30", "2e-30"), ("2019.5", "2020.5"), ("-3e38", "3e38")]
)
def test_ratings_of_any_size_that_float32_tells_apart_are_read(cells, tmp_path):
    found = readers.read(labels(tmp_path, [*cells] * 6)).target
    np.testing.assert_array_equal(found, np.float32([*cells] * 6))


@pytest.mark.parametrize("word", ["NA", "n/a", "null", "None", "?", "#N/A", "#DIV/0!", "#REF!"])
def test_words_for_no_label_are_classes_with_a_warning(word, tmp_path):
    with pytest.warns(UserWarning, match="is a class here; leave rows without a label out"):
        data = readers.read(labels(tmp_path, ["pos", "neg", word] * 4))
    assert len(data.meta["classes"]) == 3


@pytest.mark.parametrize("blank", ["\u3164", "\u2800", "\u034f", "\u115f", "\ufe0f", "\U000e0101"])
def test_letters_without_ink_make_no_class(blank, tmp_path):
    with pytest.warns(UserWarning, match="taken for one class"):
        data = readers.read(labels(tmp_path, ["good", "bad", f"good{blank}"] * 4))
    assert data.meta["classes"] == ["bad", "good"]


@pytest.mark.parametrize(
    "word", ["g\u043eod", "\u0441a", "\u0392A"], ids=["Cyrillic o", "Cyrillic c", "Greek B"]
)
def test_words_with_letters_of_another_script_are_classes_of_their_own_with_a_warning(word, tmp_path):
    with pytest.warns(UserWarning, match="are classes of their own"):
        data = readers.read(labels(tmp_path, ["good", "ca", "BA", word] * 3))
    assert len(data.meta["classes"]) == 4


@pytest.mark.parametrize(
    "word", ["18-25", "65+", "1st", "top 10", "-", "v1.5", "3 stars", "2/3", "½", "euro", "\u2764\ufe0f"]
)
def test_words_with_digits_are_classes(word, tmp_path):
    assert readers.read(labels(tmp_path, [word, "other"] * 6)).meta["classes"] == sorted([word, "other"])


def test_spaces_around_integers_make_them_no_ratings(tmp_path):
    data = readers.read(labels(tmp_path, ["1", " 2", "2 ", "\u00a01"] * 3))
    assert data.meta["classes"] == ["1", "2"]
    assert data.target.tolist() == [0, 1, 1, 0] * 3


@pytest.mark.parametrize(
    "spelling",
    [
        "ol\u00e9 \u4f60",
        "ole\u0301  \u4f60",
        " ol\u00e9\u00a0\u4f60",
        "o\u200bl\u00e9 \u4f60",
        "ol\u00e9 \u4f60\ufeff",
    ],
)
def test_words_that_look_the_same_are_one_class(spelling, tmp_path):
    word = "ol\u00e9 \u4f60"
    cells = [word, "other", spelling] * 3 + [word] * 3
    expected = [0, 1, 0] * 3 + [0] * 3
    with warnings.catch_warnings(record=True, action="always") as caught:
        data = readers.read(labels(tmp_path, cells))
    assert data.meta["classes"] == [word, "other"]
    assert data.target.tolist() == expected
    several = spelling != word
    assert ["taken for one class" in str(one.message) for one in caught] == [True] * several
    assert (data.meta["source"].get("merged_labels") == [sorted([word, spelling])]) == several


@pytest.mark.parametrize("other", ["Good", "GOOD", "g\uff4fod", "Good\u200b"])
def test_words_that_differ_in_case_or_width_are_classes_of_their_own_with_a_warning(other, tmp_path):
    with pytest.warns(UserWarning, match=r"labels.csv: label: .* are classes of their own"):
        data = readers.read(labels(tmp_path, ["good", "bad", other] * 4))
    assert len(data.meta["classes"]) == 3
    assert data.meta["source"]["similar_labels"] == [sorted(["good", other])]


def test_the_record_of_spellings_is_short(tmp_path):
    cells = [word for row in range(60) for word in (f"w{row}", f"W{row}")]
    with pytest.warns(UserWarning, match=r"\(60 such groups\)"):
        data = readers.read(
            labels(tmp_path, cells, words=("train",) * 100 + ("valid",) * 10 + ("test",) * 10)
        )
    assert len(data.meta["source"]["similar_labels"]) == 20
    assert len(np.unique(data.target)) == 120


def test_a_label_that_nobody_sees_is_none(tmp_path):
    assert refusal(labels(tmp_path, ["a", "b", "\u200b"] * 4)).found == "none in line 4"
