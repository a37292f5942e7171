"""Read every page of the built book and look for what makes it hard to read: `python tools/check_pages.py`.

A page fails if its headings skip a level or it has not exactly one of the first, if a link inside the book
leads nowhere, or if it weighs more than 1.5 MB compressed, pictures not counted.
"""

import gzip
import re
import sys
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parents[1]
HEAVIEST = 1.5e6  # bytes
PICTURE = re.compile(rb"data:image/[\w+.-]+;base64,[\w+/=]+")


def pages(html: Path) -> list[Path]:
    """List the pages of a built book; its index.html only forwards to the first."""
    found = [path.relative_to(html) for path in sorted(html.rglob("*.html"))]
    return [html / path for path in found if path.parts[0] not in ("_static", "_sources", "index.html")]


def problems(path: Path) -> list[str]:
    """Return what is wrong with one page, a line each."""
    page = BeautifulSoup(path.read_bytes(), "html.parser")
    text = page.find("article") or page  # without the theme's menus and print header
    return [*_headings(text), *_links(text, path), *_weight(path.read_bytes())]


def _headings(text: BeautifulSoup) -> list[str]:
    headings = text.find_all(re.compile(r"^h[1-6]$"))
    levels = [int(heading.name[1]) for heading in headings]
    found = [] if levels.count(1) == 1 else [f"{levels.count(1)} headings of the first level"]
    for before, heading in zip([0, *levels], headings, strict=False):
        if int(heading.name[1]) > before + 1:
            found.append(f"{heading.get_text(strip=True)!r} is {heading.name} after h{before}")
    return found


def _links(text: BeautifulSoup, path: Path) -> list[str]:
    targets = [link["href"] for link in text.find_all("a", href=True)]
    return [f"a link to {target!r} leads nowhere" for target in targets if not _leads(target, path)]


def _leads(target: str, path: Path) -> bool:
    """Tell whether a link has a place to go; addresses outside the book always do."""
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        return True
    page = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if not page.exists():
        return False
    return not parts.fragment or page.suffix != ".html" or unquote(parts.fragment) in _anchors(page)


@cache
def _anchors(page: Path) -> frozenset[str]:
    tags = BeautifulSoup(page.read_bytes(), "html.parser").find_all(id=True)
    return frozenset(tag["id"] for tag in tags) | {"", "top"}


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
