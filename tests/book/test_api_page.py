"""The API page shows each equation of the paper at its symbol, with a link to where the book explains it."""

import yaml
from bs4 import BeautifulSoup

from euar.resources import resource
from euar.systems import SYSTEMS

EQUATIONS = yaml.safe_load(resource("book/equations.yml").read_text(encoding="utf-8"))


def test_every_equation_stands_at_its_symbol(html):
    page = BeautifulSoup((html / "book" / "api.html").read_bytes(), "html.parser")
    for entry in EQUATIONS:
        entry_of_symbol = page.find(id=entry["symbol"]).find_parent("dl")
        links = {link["href"] for link in entry_of_symbol.find_all("a", href=True)}
        assert f"equations.html#equation-{entry['label']}" in links
        if "chapter" in entry:
            assert f"{entry['chapter']}.html" in links
        assert entry_of_symbol.select(".math")


def test_every_system_stands_on_the_page(html):
    page = BeautifulSoup((html / "book" / "api.html").read_bytes(), "html.parser")
    for system in SYSTEMS.values():
        assert page.find(id=f"{system.config.__module__}.{system.config.__qualname__}"), system.name
