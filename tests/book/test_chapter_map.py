"""The map of the equations' chapters: on each of them and on what goes deeper, with one box lit."""

import pytest
import yaml
from bs4 import BeautifulSoup
from check_browser import problems

from tests.book import small
from tests.book.browsing import NEEDS_CHROMIUM

EQUATIONS = yaml.safe_load((small.ROOT / "book" / "equations.yml").read_text())
CHAPTERS = list(dict.fromkeys(entry["chapter"] for entry in EQUATIONS))
FIRST = CHAPTERS[0]


@pytest.fixture(scope="module")
def html(tmp_path_factory):
    names = ["other", *CHAPTERS, f"{FIRST}_deeper"]
    pages = {f"book/{name}": f"# Of {name} (Eq. 0): a question\n\nText.\n" for name in names}
    return small.build(small.make(tmp_path_factory.mktemp("book"), pages))


def boxes(html, name):
    """[(text, address, whether it is lit)] of the map on a page."""
    page = BeautifulSoup((html / "book" / f"{name}.html").read_bytes(), "html.parser")
    links = page.select("article nav.chapter-map a")
    return [(link.get_text(" "), link["href"], link.has_attr("aria-current")) for link in links]


def test_each_chapter_lights_its_own_box(html):
    for name in CHAPTERS:
        found = boxes(html, name)
        assert [address for _, address, _ in found] == [
            "#" if chapter == name else f"{chapter}.html" for chapter in CHAPTERS
        ]
        assert [lit for _, _, lit in found] == [chapter == name for chapter in CHAPTERS]


def test_a_box_says_name_and_equations(html):
    numbers = [entry["equation"] for entry in EQUATIONS if entry["chapter"] == FIRST]
    assert boxes(html, FIRST)[0][0] == f"Of {FIRST} Eq. {min(numbers)}-{max(numbers)}"


def test_what_goes_deeper_lights_its_chapter_and_other_pages_have_no_map(html):
    assert [address for _, address, lit in boxes(html, f"{FIRST}_deeper") if lit] == [f"{FIRST}.html"]
    assert boxes(html, "other") == []


@NEEDS_CHROMIUM
def test_the_map_is_readable_and_no_wider_than_a_phone(html, chromium):
    assert problems(chromium, html / "book" / f"{FIRST}.html") == []
