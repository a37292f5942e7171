import re

import pytest
from markdown_it import MarkdownIt

from euar.tables import Table


def test_a_header_a_rule_and_rows():
    table = Table(["a", "b"], [1, "x"], [2.5, "y"])
    assert str(table) == table._repr_markdown_() == "| a | b |\n| -- | -- |\n| 1 | x |\n| 2.5 | y |"


def test_a_row_of_another_length_is_refused():
    with pytest.raises(ValueError, match="expected 2 cells"):
        Table(["a", "b"], [1])


HOSTILE = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\\<b>", "a|b", "a\\|b", "two\nlines",
    "a\r\n\r\n<i>", "![x](http://example.org/x.png)", "\\![x](http://example.org/x.png)", "&lt;b&gt;",
    "[x]: http://example.org",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_from_a_file_stays_text_in_its_cell(name):
    table = Table(["name", name], [name, "**bold** $x_1$"])
    page = MarkdownIt("commonmark").enable("table").render(str(table))
    assert page.count("<td>") == page.count("<th>") == 2
    tags = {"table", "thead", "tbody", "tr", "th", "td", "strong"}
    assert set(re.findall(r"<\s*/?\s*(\w+)", page)) == tags
    assert "http" not in re.sub(r">[^<]*<", "><", page)
