"""The cheat-sheet: made from the registry and the package, and two sheets of paper long."""

import inspect
import io

import make_pdf
import pytest
import yaml
from bs4 import BeautifulSoup
from check_browser import open_page
from pypdf import PdfReader

from euar import __version__
from euar.model import EUARConfig
from euar.training import fit
from tests.book import small
from tests.book.browsing import NEEDS_CHROMIUM

EQUATIONS = yaml.safe_load((small.ROOT / "book" / "equations.yml").read_text())
SHEETS = 2


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    stated = [line for line in (small.ROOT / "book" / "equations.md").read_text().split("\n") if "$$" in line]
    pages = {"book/one": "# One\n"}
    root = small.make(tmp_path_factory.mktemp("book"), pages, "cheat_sheet.md", "equations.md")
    (root / "book" / "equations.md").write_text("\n\n".join(["# The method on one page", *stated]))
    small.build(root)
    return root


@pytest.fixture(scope="module")
def tables(root):
    """The three tables, each a list of rows of texts."""
    page = BeautifulSoup((root / "_build/html/book/cheat_sheet.html").read_bytes(), "html.parser")
    found = [box.find_all("tr") for box in page.select(".cheat-sheet")]
    return [
        [[" ".join(cell.text.split()) for cell in row.find_all("td")] for row in rows[1:]] for rows in found
    ]


def test_every_equation_stands_there_with_its_number_and_symbol(tables):
    rows = [(row[0], row[1], row[3]) for row in tables[0]]
    assert rows == [
        (f"({entry['equation']})", entry["title"], entry["symbol"].removeprefix("euar."))
        for entry in EQUATIONS
    ]


def test_shapes_are_those_that_docstrings_promise(tables):
    shapes = {row[0]: row[2].replace("\\(", "").replace("\\)", "") for row in tables[1]}
    assert shapes["routing.weights"] == "(B, N)"
    assert shapes["routing.index"] == "(B, k)"
    assert shapes["gaussian.log_var"] == "(B, N, D)"
    assert shapes["output.joint"] == "(B, M D)"
    assert shapes["loss(output, target).total"] == "one number"


def test_defaults_are_those_of_the_package(tables):
    rows = {row[0]: row[1:] for row in tables[2]}
    presets = [preset({"text": 2}) for preset in (EUARConfig, EUARConfig.paper, EUARConfig.released)]
    for name in ("dim", "beta", "alpha"):
        assert rows[name][:3] == [f"{getattr(preset, name):g}" for preset in presets]
    for name in ("aux_form", "head"):
        assert rows[name][:3] == [getattr(preset, name) for preset in presets]
    assert len(rows) == len(presets[0].to_dict()) - 1 + 4
    assert rows["fit(…, lr=…)"][0] == f"{inspect.signature(fit).parameters['lr'].default:g}"
    assert rows["renormalize"] == ["none", "none", "batch", "topk"]


@NEEDS_CHROMIUM
def test_it_prints_on_two_sheets(root):
    printed = PdfReader(make_pdf.make(root))
    first = {item.title: printed.get_destination_page_number(item) for item in printed.outline}
    assert first["The method on one page"] - first["Cheat-sheet"] == SHEETS


@NEEDS_CHROMIUM
def test_a_reader_who_prints_it_gets_two_sheets(root, chromium):
    page = chromium.new_page()
    open_page(page, root / "_build" / "html" / "book" / "cheat_sheet.html")
    printed = PdfReader(io.BytesIO(page.pdf(format="A4", margin=make_pdf.MARGIN))).pages
    assert len(printed) == SHEETS
    assert f"Version {__version__}" in printed[-1].extract_text()
