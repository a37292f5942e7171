"""Tables in text: what is read, and each thing that is not."""

import csv
import time

import numpy as np
import pytest

from euar.data import DataError
from euar.data.readers import tables
from tests.data.refused import refused


@pytest.fixture
def file(tmp_path):
    def write(content):
        path = tmp_path / "a.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def test_rows_are_what_the_csv_module_reads(file):
    content = 'id,text\n1,"two, with ""quotes""\nand a line"\n\n2,é\u2028x\n'
    expected = list(csv.reader(content.splitlines(keepends=True)[:3]))
    assert tables.rows(file(content))[:2] == expected[:2]
    assert tables.rows(file(content))[-1] == ["2", "é\u2028x"]


def test_a_byte_order_mark_is_no_content(file):
    assert tables.columns(file(b"\xef\xbb\xbfid,b\n1,2\n"), ["id"]) == {"id": ["1"]}


def test_columns_are_chosen_by_name_in_any_order(file):
    assert tables.columns(file("a,b,c\n1,2,3\n4,5,6\n"), ["c", "a"]) == {"c": ["3", "6"], "a": ["1", "4"]}


@pytest.mark.parametrize(
    ("content", "field", "found"),
    [
        (b"", "file", "0"),
        (b"a,b\n\xff,1\n", "file", "invalid start byte"),
        (b"a,b\n\0,1\n", "file", "NUL"),
        (b"a,b\n1\n", "columns", "1 in line 2"),
        (b'a,b\n1,"2\n', "rows", "unexpected end of data"),
        (b'a,b\n1,"2"3\n', "rows", "expected after"),
        (b"a,b\n1," + b"x" * 200_000 + b"\n", "rows", "field larger than field limit"),
        (b"\n\n", "rows", "none"),
        (b"a,b\n", "rows", "a header alone"),
        (b"a,c\n1,2\n", "header", "0 of 'b'"),
        (b"b,a,b\n1,2,3\n", "header", "2 of 'b'"),
    ],
)
def test_what_is_refused(file, content, field, found):
    with refused(field, found):
        tables.columns(file(content), ["a", "b"])


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(DataError, match="a readable file"):
        tables.text(tmp_path / "nothing.csv")
    assert tables.sniff(tmp_path / "nothing.csv") == ""


def test_the_limit_of_the_csv_module_is_left_as_it_was(file):
    before = csv.field_size_limit()
    tables.rows(file("a\n1\n"))
    assert csv.field_size_limit() == before


@pytest.mark.parametrize(
    "cell", ["nan", "inf", "-Infinity", "", "x", "1_0", "1,5", "1e39", "9" * 400, "\uff15", "\u0663"]
)
def test_a_cell_that_is_no_finite_number(cell, tmp_path):
    with pytest.raises(DataError) as caught:
        tables.numbers(tmp_path, "score", ["1", cell])
    assert caught.value.field == "score"
    assert "in row 2" in caught.value.found


def test_numbers_and_words(tmp_path):
    assert np.array_equal(tables.numbers(tmp_path, "x", ["1", " -2.5", "1e3"]), [1, -2.5, 1000])
    assert tables.words(tmp_path, "x", ["dev", "a"], {"dev": "valid", "a": "b"}) == ["valid", "b"]
    with pytest.raises(DataError, match=r"one of dev, found 'x' in row 2"):
        tables.words(tmp_path, "mode", ["dev", "x"], {"dev": "valid"})


def test_intervals_must_not_end_before_they_begin(tmp_path):
    tables.check_ordered(tmp_path, "times", np.array([0.0, 1.0]), np.array([0.0, 2.0]))
    times = np.array([0.0, 1.0]), np.array([0.0, 0.5])
    with pytest.raises(DataError, match=r"1 to 0\.5 in row 2"):
        tables.check_ordered(tmp_path, "times", *times)
    with pytest.raises(DataError, match=r"1 to 0\.5 in line 7"):
        tables.check_ordered(tmp_path, "times", *times, tables.Column(["0", "1"], [2, 7]))


def test_measurements_may_be_nan_infinite_or_missing(tmp_path):
    found = tables.measurements(tmp_path, "x", ["1", "nan", "-inf", "", " "])
    assert np.array_equal(found, [1, np.nan, -np.inf, np.nan, np.nan], equal_nan=True)
    with pytest.raises(DataError, match="'1,5' in row 2"):
        tables.measurements(tmp_path, "x", ["1", "1,5"])


def test_a_bad_cell_is_named_by_its_line_and_column(file):
    path = file('id,text,score\na,"two\nlines",1\n\nb,x,bad\n')
    table = tables.columns(path, ["id", "text", "score"])
    with pytest.raises(DataError) as caught:
        tables.numbers(path, "score", table["score"])
    assert (caught.value.field, caught.value.found) == ("score", "'bad' in line 5")
    with pytest.raises(DataError, match="found 'a' in line 2"):
        tables.words(path, "id", table["id"], {"b": "b"})
    with pytest.raises(DataError, match="found 1 in line 4"):
        tables.rows(file('a,"b\nc"\n\nd\n'))


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-16", "UTF-16"),
        ("utf-16-be", "UTF-16-BE"),
        ("utf-16-le", "UTF-16-LE"),
        ("utf-32", "UTF-32"),
        ("utf-32-be", "NUL"),
        ("gb18030", "or GB 18030"),
        ("latin-1", r"line 2\): perhaps Latin-1"),
    ],
)
def test_other_encodings_are_named(encoding, found, file):
    path = file("a,b\né,1\n".encode(encoding))
    with pytest.raises(DataError, match=found) as caught:
        tables.rows(path)
    assert caught.value.remedy == "save the file as UTF-8"


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("\u597d,1\n".encode("iso2022_jp"), "ISO-2022-JP"),
        ("\uc88b,1\n".encode("iso2022_kr"), "ISO-2022-KR"),
    ],
)
def test_encodings_of_mail_are_named(content, found, file):
    with pytest.raises(DataError, match=f"text in UTF-8, found {found}"):
        tables.rows(file(b"a,b\n" + content))


def test_utf_7_with_a_mark_is_named(file):
    path = file("\ufeffa,b\n\u00e9,1\n".encode("utf-7"))
    assert tables.sniff_names(path) == ["a", "b"]
    with pytest.raises(DataError, match="text in UTF-8, found UTF-7"):
        tables.rows(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("good,sch\u00f6n\n".encode("utf-7"), r"'\+APY-?' is '\u00f6' in UTF-7"),
        ("\u597d,1\n".encode("hz"), "is '\u597d' in HZ"),
    ],
)
def test_letters_that_may_stand_for_others_are_told(content, words, file):
    with pytest.warns(UserWarning, match=f"{words}; if that is meant, save the file as UTF-8"):
        tables.rows(file(content))


@pytest.mark.parametrize(
    "content",
    ["+100,-200\n", "1e+300,a+b\n", "C++,and +abc\n", "x+AOk-,1 + 1\n", "foo+bar@x,~{\n", "~{\u00e9~},1\n"],
)
def test_signs_of_plain_text_are_no_encoding(content, file):
    assert len(tables.rows(file(content))[0]) == 2


ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1")


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_header_is_known_in_every_encoding(encoding, file):
    path = file("a,b\r\né,1\r\n".encode(encoding))
    assert tables.sniff(path) == "a,b"
    assert tables.sniff_names(path) == ["a", "b"]


@pytest.mark.parametrize("line", ['"a","b"', "a;b", '"a"\tb', "a | b", "a, b "])
def test_a_header_is_known_whatever_separates_it(line, file):
    assert tables.sniff_names(file(f"{line}\n1,2\n")) == ["a", "b"]
    assert tables.sniff_names(file("")) == []
    assert len(tables.sniff_names(file('"' + "x" * 200_000))) == 1


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("a;b\n1;0,5\n", "semicolons"),
        ('"a"\t"b"\n1\t2\n', "tabs"),
        ("\na|b\n1|2\n", "bars"),
        *(("a;b;c,d\n1;2,5;3\n", "semicolons"), ("sep=;\na;b\n1;2\n", "semicolons"), ("a;b", "semicolons")),
    ],
)
def test_other_separators_are_explained(content, found, file):
    with pytest.raises(DataError, match=f"columns separated by commas, found {found}") as caught:
        tables.rows(file(content))
    assert "CSV with commas" in caught.value.remedy


@pytest.mark.parametrize("line", ["sep=,", "# made by R", "a,b", "made, by R"])
def test_a_line_before_the_header_is_no_truncation(line, file):
    with pytest.raises(DataError, match=r"found 3 in line 2; let the first line name each column"):
        tables.rows(file(f"{line}\na,b,c\n1,2,3\n"))
    with pytest.raises(DataError, match="found 2 in line 3; the file may be truncated"):
        tables.rows(file("a,b,c\n1,2,3\n1,2\n"))


def test_semicolons_in_a_text_separate_nothing(file):
    for content in ('1,"a; b; c"\n2,d\n', "1,a; b; c\n2,d\n", "a,b;c;d\n1,2\n"):
        assert len(tables.rows(file(content))) == 2


@pytest.mark.parametrize("cell", [b"x" * 10**7, b'"' + b"x\n" * 10**6 + b'"'])
def test_a_huge_cell_is_refused(cell, file):
    with pytest.raises(DataError, match="field larger than field limit"):
        tables.rows(file(b"a,b\n1," + cell + b"\n"))


def test_wide_and_long_tables_take_linear_time(file):
    start = time.process_time()
    names = [f"c{number}" for number in range(100_000)]
    path = file(",".join(names) + "\n" + ",".join("1" * len(names)) + "\n")
    assert len(tables.columns(path, names)) == 100_000
    with pytest.raises(DataError) as caught:
        tables.columns(path, [*names, "absent"])
    assert len(str(caught.value)) < 1000
    rows = 250_000
    table = tables.columns(file("a,b,c,d\n" + "1,2,3,4\n" * rows), ["a", "d"])
    assert tables.numbers(path, "d", table["d"]).sum() == 4 * rows
    assert time.process_time() - start < 10


def test_more_cells_than_allowed_are_refused(file, monkeypatch):
    monkeypatch.setattr(tables, "MAX_CELLS", 23)
    with pytest.raises(DataError, match="at most 23 cells, found more, up to line 4"):
        tables.rows(file("a,b\n1,2\n3,4\n5,6\n"))
