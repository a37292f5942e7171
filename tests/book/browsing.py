"""What all tests share that need Chromium."""

from pathlib import Path

import check_browser
import pytest

BOOK = Path(__file__).parents[2] / "book"
NEEDS_CHROMIUM = pytest.mark.skipif(
    check_browser.find_chromium() is None, reason="Chromium is missing: apt-get install chromium"
)


def shown(html):
    """All pages; of those of the package's sources, which one template makes, the largest three."""
    pages = check_browser.pages(html)
    sources = sorted(
        (path for path in pages if "_modules" in path.parts), key=lambda path: path.stat().st_size
    )
    return [path for path in pages if path not in sources[:-3]]


def pages_of_chapters(html):
    """The pages that are made of notebooks."""
    notebooks = {path.stem for path in BOOK.glob("*.ipynb")}
    return [path for path in shown(html) if path.stem in notebooks and path.parent.name == BOOK.name]


def problems(chromium, pages):
    """{name of a page: its problems}."""
    return {path.name: check_browser.problems(chromium, path) for path in pages}
