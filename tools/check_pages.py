"""Read every page of the built book and look for what makes it hard to read: `python tools/check_pages.py`.

A page fails if its headings skip a level or it has not exactly one of the first, if a link inside the book
leads nowhere, if a picture stands there twice (a cell that ends with a figure needs a semicolon), or if it
weighs more than 1.5 MB compressed, pictures not counted.
"""

import gzip
import re
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parents[1]
HEAVIEST = 1.5e6  # bytes
PICTURE = re.compile(rb"data:image/[\w+.-]+;base64,[\w+/=]+")


def pages(html: Path) -> list[Path]:
    """List the pages of a built book; its index.html only forwards to the first."""
    found = [path.relative_to(html) for path in sorted(html.rglob("*.html"))]
    return [html / path for path in found if path.parts[0] not in ("_static", "_sources", "index.html")]


class Page(NamedTuple):
    """What is checked of a page: headings (level, text), links, anchors to lead to, and files of pictures."""

    headings: list[tuple[int, str]]
    links: list[str]
    anchors: frozenset[str]
    pictures: list[str]


def problems(path: Path) -> list[str]:
    """Return what is wrong with one page, a line each; a file is parsed once, then remembered."""
    path = path.resolve()
    page = _read(path)
    links = [f"a link to {target!r} leads nowhere" for target in page.links if not _leads(target, path)]
    twice = [f"{name} is shown twice" for name, count in Counter(page.pictures).items() if count > 1]
    return [*_headings(page), *links, *twice, *_weight(path.read_bytes())]


@cache
def _read(path: Path) -> Page:
    page = BeautifulSoup(path.read_bytes(), "html.parser")
    text = page.find("article") or page  # without the theme's menus and print header
    headings = [
        (int(one.name[1]), one.get_text(strip=True)) for one in text.find_all(re.compile(r"^h[1-6]$"))
    ]
    links = [link["href"] for link in text.find_all("a", href=True)]
    anchors = frozenset(tag["id"] for tag in page.find_all(id=True)) | {"", "top"}
    files = [shown["src"] for shown in text.find_all("img", src=True)]
    return Page(headings, links, anchors, [file for file in files if not file.startswith("data:")])


def _headings(page: Page) -> list[str]:
    levels = [level for level, _ in page.headings]
    found = [] if levels.count(1) == 1 else [f"{levels.count(1)} headings of the first level"]
    for before, (level, text) in zip([0, *levels], page.headings, strict=False):
        if level > before + 1:
            found.append(f"{text!r} is h{level} after h{before}")
    return found


def _leads(target: str, path: Path) -> bool:
    """Tell whether a link has a place to go; addresses outside the book always do."""
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        return True
    page = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if not page.exists():
        return False
    return not parts.fragment or page.suffix != ".html" or unquote(parts.fragment) in _read(page).anchors


def _weight(content: bytes) -> list[str]:
    size = len(gzip.compress(PICTURE.sub(b"", content)))
    return [f"{size / 1e6:.2f} MB compressed, pictures not counted"] if size > HEAVIEST else []


def main() -> int:
    """Check the built book; 1 if a page has a problem."""
    html = ROOT / "_build" / "html"
    found = [f"{path.relative_to(html)}: {line}" for path in pages(html) for line in problems(path)]
    print(*found, sep="\n")
    print(f"{len(pages(html))} pages, {len(found)} problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
