"""The foot of every page: which version this is, of which day, and how to cite it."""

import pytest
import yaml
from bookbuild.imprint import bibtex, imprint
from bs4 import BeautifulSoup

from euar import __version__
from tests.book import small

PAGES = {"book/one": "# One\n", "book/two": "# Two\n"}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A small book with the real page of references, its commit, and its pages."""
    root = small.make(tmp_path_factory.mktemp("book"), PAGES, "bibliography.md")
    return root, small.commit(root), small.build(root)


def test_every_page_says_version_and_day_and_leads_to_how_to_cite(built):
    _, commit, html = built
    leads = {
        "book/one": "bibliography.html",
        "book/bibliography": "#",
        "search": "book/bibliography.html",
    }
    for page, target in leads.items():
        foot = BeautifulSoup((html / f"{page}.html").read_bytes(), "html.parser").select_one(".extra_footer")
        said = f"Version {__version__} of 2 January 2026, commit {commit}. How to cite"
        assert " ".join(foot.text.split()) == said
        assert foot.a["href"] == target


def test_the_page_that_says_how_to_cite_has_both_entries(built):
    _, commit, html = built
    text = BeautifulSoup((html / "book" / "bibliography.html").read_bytes(), "html.parser").text
    assert "@misc{euar-book" in text and f"commit {commit}" in text
    assert text.count("@inproceedings") == 1 and "10.1145/3664647.3680949" in text


def test_the_day_is_that_of_the_commit_and_changes_are_told(built):
    root, commit, _ = built
    clean = {"version": __version__, "date": "2026-01-02", "commit": commit}
    assert imprint(root) == clean
    (root / "new.txt").write_text("new")
    assert imprint(root) == clean | {"commit": f"{commit}, with changes since"}
    (root / "new.txt").unlink()


def test_outside_of_a_checkout_the_version_stands_alone(built):
    assert imprint(built[0] / "book") == {"version": __version__}  # and not what the folder around it says


def test_the_entry_names_title_version_and_address():
    citation = yaml.safe_load((small.ROOT / "CITATION.cff").read_text())
    entry = bibtex(
        citation | {"repository-code": "https://a.b/c/d"}, {"version": "1.2", "date": "2026-01-02"}
    )
    assert "author = {{The EUAR book's authors}}" in entry
    assert f"title = {{{{{citation['title']}}}}}" in entry
    assert "year = {2026}" in entry and "note = {Version 1.2}" in entry and "url = {https://a.b/c/d}" in entry
    assert "url" not in bibtex(citation, {"version": "1.2"})
