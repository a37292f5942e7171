"""Open every page of the built book in headless Chromium and look for what a reader must not meet.

    python tools/check_browser.py [--screenshots]

A page fails if it asks anything of the network, shows raw TeX or a formula that MathJax rejects, has a
picture without alternative text or an error in its console, or is wider than a screen of 400 px. A page of
the book, other than a listing of code, also fails if it breaks a rule of accessibility that axe-core calls
serious, contrast among them, in light or dark.
Screenshots of the chapters (light and dark, 400 and 1280 px wide) go to `_build/screens/`.
"""

import argparse
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bookbuild.accessibility import violations
from check_pages import pages
from playwright.sync_api import BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
NARROW, WIDE = 400, 1280
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
TYPESET = "window.MathJax?.startup?.promise"
RAW_TEX = r"""() => {
  const text = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  const found = [];
  while (text.nextNode()) {
    const node = text.currentNode, parent = node.parentElement;
    const code = parent.closest("code, pre, script, style, mjx-container");
    if (!code && parent.checkVisibility() && /\\[([]|\\begin\{|\\frac|\\mathbf|\$\$/.test(node.data))
      found.push(node.data.trim().slice(0, 60));
  }
  document.querySelectorAll("mjx-merror").forEach((e) => found.push("MathJax: " + e.title));
  return found;
}"""
NO_ALT = r"""() => [...document.querySelectorAll("main img")]
  .filter((img) => !img.alt.trim() || /\.(png|svg|jpe?g)$/.test(img.alt)).map((img) => img.src.slice(-60))"""
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def find_chromium() -> str | None:
    """Return the path of an installed Chromium or Chrome; None if there is none."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


@contextmanager
def browser() -> Iterator[BrowserContext]:
    """Start the installed Chromium; nothing is downloaded.

    Raises:
        FileNotFoundError: there is none.
    """
    path = find_chromium()
    if path is None:
        raise FileNotFoundError(
            "Chromium is missing; install it, for instance with `apt-get install chromium`"
        )
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield chromium.new_context()
        chromium.close()


def problems(chromium: BrowserContext, path: Path) -> list[str]:
    """Return what is wrong with one page, a line each."""
    found: list[str] = []
    page = chromium.new_page()
    page.on("request", lambda request: found.extend(_outside(request.url)))
    page.on("console", lambda message: found.extend([f"console: {message.text}"] * (message.type == "error")))
    page.on("pageerror", lambda error: found.append(f"script: {error}"))
    page.set_viewport_size({"width": WIDE, "height": 900})
    open_page(page, path)
    found += [f"raw TeX: {text}" for text in page.evaluate(RAW_TEX)]
    found += [f"picture without alternative text: {source}" for source in page.evaluate(NO_ALT)]
    for scheme in ("light", "dark") if path.parent.name == "book" else ():
        page.emulate_media(color_scheme=scheme)
        found += [f"{scheme}: {violation}" for violation in violations(page)]
    page.set_viewport_size({"width": NARROW, "height": 900})
    if excess := page.evaluate(TOO_WIDE):
        found.append(f"{excess} px wider than a screen of {NARROW} px")
    page.close()
    return found


def screenshots(chromium: BrowserContext, path: Path, folder: Path) -> None:
    """Take the page's pictures: light and dark, narrow and wide."""
    page = chromium.new_page()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width in (NARROW, WIDE):
            page.set_viewport_size({"width": width, "height": 900})
            open_page(page, path)
            page.screenshot(
                path=folder / f"{path.stem}-{scheme}-{width}.png", full_page=True, animations="disabled"
            )
    page.close()


def open_page(page: Page, path: Path) -> None:
    """Load a page and wait until its formulas are set."""
    page.goto(path.as_uri(), wait_until="load")
    page.evaluate(TYPESET)


def _outside(url: str) -> list[str]:
    return [] if url.startswith(("file:", "data:", "blob:")) else [f"asks the network for {url}"]


def main() -> int:
    """Run the command line; 1 if a page has a problem."""
    parser = argparse.ArgumentParser(description="Open every page of the built book in Chromium.")
    parser.add_argument("--screenshots", action="store_true", help="also take pictures of every page")
    html, folder = ROOT / "_build" / "html", ROOT / "_build" / "screens"
    take = parser.parse_args().screenshots
    found = []
    with browser() as chromium:
        for path in pages(html):
            found += [f"{path.relative_to(html)}: {problem}" for problem in problems(chromium, path)]
            if take and path.parent.name == "book":
                screenshots(chromium, path, folder)
    print(*found, sep="\n")
    print(f"{len(pages(html))} pages, {len(found)} problems" + (f", screenshots in {folder}" if take else ""))
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
