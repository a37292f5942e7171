"""Every exercise as the page shows it: the stub's answer is refused, then the solution's is accepted."""

import nbformat
import pytest
from bookbuild.layout import DEEPER

from tests.book.conftest import ROOT

WITHOUT = {"findings", "ledger", "mini_sweeps"}  # pages of answers, of tables and of votes
CHAPTERS = sorted(path.stem for path in (ROOT / "book").glob("*.ipynb") if path.stem not in WITHOUT)


def verdicts(notebook):
    """The first character of each `Feedback` that a cell ends with."""
    results = (
        output.data.get("text/plain", "")
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if output.output_type == "execute_result"
    )
    return [text[0] for text in results if text.startswith(("✓", "✗"))]


@pytest.mark.usefixtures("html")
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_stubs_fail_and_solutions_pass(chapter):
    executed = ROOT / "_build" / "executed" / "smoke" / f"{chapter}.ipynb"
    found = verdicts(nbformat.read(executed, as_version=4))
    exercises = sum(
        cell.source.count("{exercise}")
        for cell in nbformat.read(ROOT / "book" / f"{chapter}.ipynb", as_version=4).cells
    )
    assert exercises >= 2 or chapter.endswith(DEEPER)
    assert found == ["✗", "✓"] * exercises
