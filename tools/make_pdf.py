"""Print the built book into one file, `_build/html/euar.pdf`: `python tools/make_pdf.py [--main-path]`.

Every page of `_toc.yml` is printed by headless Chromium, in reading order. Links between pages lead to the
page in the file, the outline lists them, and sliders show their first picture. With `--main-path` only the
chapters are printed, without the pages that go deeper and the reference, into `euar_main_path.pdf`.
"""

import argparse
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import yaml
from bookbuild.layout import chapters, documents
from check_browser import browser, open_page
from playwright.sync_api import BrowserContext
from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject

from euar.files import write_bytes

ROOT = Path(__file__).resolve().parents[1]
TITLE = "h => [...h.childNodes].filter(n => n.className !== 'headerlink').map(n => n.textContent).join('')"
LONGEST = 150  # pages of the main path
MARGIN = {"top": "12mm", "bottom": "12mm", "left": "12mm", "right": "12mm"}


def make(root: Path, main_path: bool = False) -> Path:
    """Write the file from the pages that `make book` built, and return its path.

    Args:
        root: the repository.
        main_path: the chapters alone, without the pages that go deeper and those that are no notebooks.

    Raises:
        FileNotFoundError: a page is missing, or Chromium is.
    """
    html, stage = root / "_build" / "html", root / "_build" / "stage"
    paths = [html / f"{name}.html" for name in _names(stage, main_path)]
    for path in paths:
        if not path.exists():
            raise FileNotFoundError(f"{path} is missing; run `make book` first")
    writer, first = PdfWriter(), {}
    with browser() as chromium:
        for path in paths:
            first[path] = len(writer.pages)
            title, printed = _printed(chromium, path)
            writer.append(io.BytesIO(printed), import_outline=False)
            writer.add_outline_item(title=title, page_number=first[path])
    for page in writer.pages:
        _lead_inside(page, {path: writer.pages[number] for path, number in first.items()})
    writer.add_metadata(
        {"/Title": yaml.safe_load((stage / "_config.yml").read_text(encoding="utf-8"))["title"]}
    )
    content = io.BytesIO()
    writer.write(content)
    target = html / ("euar_main_path.pdf" if main_path else "euar.pdf")
    write_bytes(target, content.getvalue())
    return target


def _names(stage: Path, main_path: bool) -> list[str]:
    """The documents to print, in reading order."""
    if main_path:
        return [chapter.document for chapter in chapters(stage, "") if not chapter.above]
    return documents(yaml.safe_load((stage / "_toc.yml").read_text(encoding="utf-8")))


def _printed(chromium: BrowserContext, path: Path) -> tuple[str, bytes]:
    """The title of a page, and the page on paper."""
    page = chromium.new_page()
    page.emulate_media(media="print", color_scheme="light")
    open_page(page, path)
    title = page.locator("article h1").first.evaluate(TITLE)
    printed = page.pdf(format="A4", scale=0.8, print_background=True, margin=MARGIN)
    page.close()
    return title, printed


def _lead_inside(page: PageObject, first: dict[Path, PageObject]) -> None:
    """Let links to files of the book lead to their first page in this one; drop those to other files."""
    kept = ArrayObject()
    for reference in page.get("/Annots") or ():
        link = reference.get_object()
        address = urlsplit(_address(link))
        if address.scheme == "file":
            there = first.get(Path(unquote(address.path)))
            if there is None:
                continue
            del link["/A"]
            link[NameObject("/Dest")] = ArrayObject([there.indirect_reference, NameObject("/Fit")])
        kept.append(reference)
    page[NameObject("/Annots")] = kept


def _address(link: DictionaryObject) -> str:
    action = link.get("/A")
    return str(action.get_object().get("/URI", "")) if action else ""


def addresses(path: Path) -> Iterator[str]:
    """Yield what the links of a file ask for outside of it."""
    for page in PdfReader(path).pages:
        yield from filter(None, (_address(link.get_object()) for link in page.get("/Annots") or ()))


def main() -> int:
    """Run the command line; 1 if there is nothing to print, or a main path too long for one course."""
    parser = argparse.ArgumentParser(description="Print the built book into one file.")
    parser.add_argument("--main-path", action="store_true", help="the chapters alone, nothing deeper")
    main_path = parser.parse_args().main_path
    try:
        path = make(ROOT, main_path)
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 1
    count = len(PdfReader(path).pages)
    print(f"{path.relative_to(ROOT)}: {count} pages, {path.stat().st_size / 1e6:.1f} MB")
    return int(main_path and count > LONGEST)


if __name__ == "__main__":
    raise SystemExit(main())
