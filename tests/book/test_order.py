"""The order of the chapters: none needs a later one; those on the method end with a guess."""

import re

import pytest
import yaml
from bookbuild.layout import documents

from tests.book.conftest import ROOT
from tests.book.test_reading import PAGES, read

ORDER = documents(yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8")))
NEEDS = re.compile(r"^\*\*You need\*\*.*$", re.MULTILINE)
LINK = re.compile(r"\]\((\w+)\.ipynb")
WITHOUT = {"findings", "ledger"}  # pages of answers and of tables
EQUATIONS = yaml.safe_load((ROOT / "book" / "equations.yml").read_text(encoding="utf-8"))
METHOD = {entry["chapter"] for entry in EQUATIONS} | {"noise_and_views", "what_sigma_knows"}


def texts(page):
    return [cell.source for cell in read(page).cells if cell.cell_type == "markdown"]


@pytest.mark.parametrize("page", PAGES.values(), ids=lambda page: page.name)
def test_a_page_needs_only_pages_before_it(page):
    stated = [line for text in texts(page) for line in NEEDS.findall(text)]
    assert len(stated) == (page.name not in WITHOUT)
    before = ORDER[: ORDER.index(page.document)]
    assert {f"book/{name}" for line in stated for name in LINK.findall(line)} <= set(before)


@pytest.mark.parametrize("name", sorted(METHOD))
def test_a_chapter_on_the_method_ends_with_a_guess_about_its_knobs(name):
    sections = re.split(r"^## ", "\n".join(texts(PAGES[f"book/{name}"])), flags=re.MULTILINE)
    titles = [section.partition("\n")[0] for section in sections]
    at = titles.index("What changes if …")
    assert titles[at - 1] == "What the paper says"
    assert titles[at + 1] == "Exercises"
    assert re.search(r"\?.* [Gg]uess .*\]\(one_recipe\.ipynb#", sections[at])
