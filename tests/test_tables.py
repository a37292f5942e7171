import pytest

from euar.tables import Table


def test_a_header_a_rule_and_rows():
    table = Table(["a", "b"], [1, "x"], [2.5, "y"])
    assert str(table) == table._repr_markdown_() == "| a | b |\n| -- | -- |\n| 1 | x |\n| 2.5 | y |"


def test_a_row_of_another_length_is_refused():
    with pytest.raises(ValueError, match="expected 2 cells"):
        Table(["a", "b"], [1])
