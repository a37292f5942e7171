"""Words of the glossary say what they mean where a page first uses them, by mouse and by keyboard."""

import re
import runpy

import pytest
from bookbuild.accessibility import violations
from bs4 import BeautifulSoup
from check_browser import open_page

from tests.book import small
from tests.book.browsing import NEEDS_CHROMIUM

ENTRIES = {
    "expert": "One of $N$ small networks with a $\\sigma$. And more.",
    "dead expert": "An expert that no sample chooses.",
    "gate, router": "The layer that scores the experts.",
    "split": "Disjoint rows.",
}
PAGE = """# The expert

`expert` is code, a [gate](two.md) is a link, $expert$ a formula, and the pro-expert no word of ours.
A dead expert is one of the Experts. Each expert counts, and a split too; this {term}`split` is ours.

| expert | router |
|--|--|
| router | b |

The router comes last.
"""


@pytest.fixture(scope="module")
def html(tmp_path_factory):
    words = "\n\n".join(f"{word}\n  {text}" for word, text in ENTRIES.items())
    glossary = f"# Words\n\n```{{glossary}}\n{words}\n```\n"
    pages = {"book/one": PAGE, "book/two": "# Two\n\nNo word.\n", "book/notation": glossary}
    return small.build(small.make(tmp_path_factory.mktemp("book"), pages))


def glossed(page):
    """{word as the page shows it: (its gloss, where it leads)}."""
    links = BeautifulSoup(page.read_bytes(), "html.parser").select("article a[title]")
    return {link.text: (link["title"], link["href"]) for link in links if "#term-" in link["href"]}


def test_the_first_use_in_prose_has_a_gloss_and_leads_to_the_glossary(html):
    found = glossed(html / "book" / "one.html")
    assert found == {
        "dead expert": ("An expert that no sample chooses.", "notation.html#term-dead-expert"),
        "Experts": ("One of N small networks with a \u03c3.", "notation.html#term-expert"),
        "split": ("Disjoint rows.", "notation.html#term-split"),
        "router": ("The layer that scores the experts.", "notation.html#term-gate-router"),
    }


def test_other_pages_and_the_glossary_stay_as_they_are(html):
    assert glossed(html / "book" / "two.html") == {}
    page = BeautifulSoup((html / "book" / "notation.html").read_bytes(), "html.parser")
    assert not page.select("a.gloss")


@NEEDS_CHROMIUM
def test_the_keyboard_reaches_a_gloss_and_shows_it(html, chromium):
    page = chromium.new_page()
    open_page(page, html / "book" / "one.html")
    focused = "document.activeElement"
    while "gloss" not in page.evaluate(f"{focused}.className"):
        page.keyboard.press("Tab")
    shown = page.evaluate(f"getComputedStyle({focused}, '::after').content")
    assert "An expert that no sample chooses." in shown
    assert violations(page) == []


def test_glosses_hold_no_tex_and_everyday_words_are_of_the_glossary():
    words = (small.ROOT / "book" / "notation.md").read_text().partition("## Words")[2]
    extension = runpy.run_path(str(small.ROOT / "book" / "_ext" / "glosses.py"))
    firsts = [line.partition(". ")[0] for line in words.splitlines() if line.startswith("  ")]
    assert {tex for line in firsts for tex in re.findall(r"\\[a-z]+", line)} <= set(extension["TEX"])
    named = {word for line in words.splitlines() if line[:1].strip() for word in line.split(", ")}
    assert extension["EVERYDAY"] <= named
