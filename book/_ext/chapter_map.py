"""Sphinx extension: the chapters that state equations begin with a map of all of them, their own box lit."""

import re
from html import escape

from docutils import nodes
from equations import registry

DEEPER = "_deeper"


def setup(app):
    """Register with Sphinx (called by it)."""
    app.connect("doctree-resolved", add_map)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def add_map(app, doctree, page):
    """Put the map below the title of a chapter, or of the page that goes deeper than it."""
    boxes = {chapter: said for chapter, said in chapters().items() if chapter in app.env.found_docs}
    active = page.removesuffix(DEEPER)
    if active not in boxes or app.builder.format != "html":
        return
    items = "".join(_box(app, page, chapter, said, chapter == active) for chapter, said in boxes.items())
    text = f'<nav class="chapter-map" aria-label="Equations by chapter"><ol>{items}</ol></nav>'
    title = next(doctree.findall(nodes.title))
    title.parent.insert(title.parent.index(title) + 1, nodes.raw("", text, format="html"))


def chapters() -> dict[str, str]:
    """Return {document: its equations}, such as `Eq. 1-3`, in the order of the equations."""
    numbers = {}
    for entry in (entry for entry in registry() if "chapter" in entry):
        numbers.setdefault(f"book/{entry['chapter']}", []).append(entry["equation"])
    return {name: "Eq. " + "-".join(map(str, sorted({min(all_), max(all_)}))) for name, all_ in numbers.items()}


def _box(app, page, chapter, said, lit) -> str:
    name = escape(re.split(r" \(Eq|:", app.env.titles[chapter].astext())[0])  # its equations stand below
    current = ' aria-current="true"' if lit else ""
    address = app.builder.get_relative_uri(page, chapter) or "#"
    return f'<li><a href="{address}"{current}>{name}<br /><small>{said}</small></a></li>'
