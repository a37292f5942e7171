"""Social cards and sitemap: there and complete as soon as the address of the published book is known."""

from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup

from tests.book import small

BASE = "https://someone.github.io/euar/"
TEXT = 'Not this: $x^2$.\n\nA *question* of "noise" & <views>. ' + "More words. " * 40
PAGES = {"book/one": f"# One $x$ way\n\n{TEXT}\n", "book/two": "# Two\n"}
LOCATION = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"


def build(root, base):
    small.make(root, PAGES)
    config = root / "_config.yml"
    config.write_text(config.read_text().replace('baseurl: ""', f'baseurl: "{base}"'))
    return small.build(root)


@pytest.fixture(scope="module")
def html(tmp_path_factory):
    return build(tmp_path_factory.mktemp("book"), BASE)


def tags(page):
    """{name: content} of the tags of a page for other sites."""
    found = BeautifulSoup(page.read_bytes(), "html.parser").select("head > meta[content]")
    return {tag.get("property", tag.get("name")): tag["content"] for tag in found}


def test_a_card_has_title_opening_picture_and_address(html):
    card = tags(html / "book" / "one.html")
    assert card["og:site_name"] == "EUAR, equation by equation"
    assert card["og:title"] == "One x way"
    assert card["og:description"].startswith("A question of “noise” & <views>. More words.")
    assert card["og:description"] == card["description"] and 150 < len(card["description"]) <= 200
    assert card["og:url"] == f"{BASE}book/one.html"
    assert (html / card["og:image"].removeprefix(BASE)).exists()


def test_a_page_that_is_no_document_has_no_card(html):
    assert "og:title" not in tags(html / "search.html")


def test_the_sitemap_names_every_document(html):
    tree = ElementTree.parse(html / "sitemap.xml")
    assert [place.text for place in tree.iter(LOCATION)] == [f"{BASE}{page}.html" for page in PAGES]


def test_without_an_address_there_is_neither(tmp_path):
    html = build(tmp_path, "")
    assert not [name for name in tags(html / "book" / "one.html") if name.startswith(("og:", "twitter:"))]
    assert not (html / "sitemap.xml").exists()
