"""Sphinx extension: what other sites show of a page, its social card, and the sitemap for search engines.

Both need the address of the published book, `baseurl` in `_config.yml`; without it there is neither.
"""

import json
from html import escape
from pathlib import Path
from textwrap import shorten

from docutils import nodes

PICTURE = "_static/readme.png"
ENTRY = "<url><loc>{address}</loc>{changed}</url>"
SITEMAP = """\
<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
{entries}
</urlset>
"""


def setup(app):
    """Register with Sphinx (called by it)."""
    app.connect("html-page-context", add_card)
    app.connect("build-finished", write_sitemap)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def add_card(app, page, template, context, doctree):  # noqa: ARG001  Sphinx decides the signature
    """Add the tags of the Open Graph to a page that is made of a document."""
    if not app.config.html_baseurl or doctree is None:
        return
    said = {
        "og:type": "article",
        "og:site_name": app.config.html_title,
        "og:title": app.env.titles[page].astext(),
        "og:description": _opening(doctree),
        "og:url": _address(app, page),
        "og:image": f"{app.config.html_baseurl}{PICTURE}",
        "twitter:card": "summary_large_image",
        "description": _opening(doctree),
    }
    tags = (
        f'<meta {"property" if name.startswith("og:") else "name"}="{name}" content="{escape(text)}" />'
        for name, text in said.items()
    )
    context["metatags"] = "\n".join([context["metatags"], *tags])


def write_sitemap(app, error):
    """Write `sitemap.xml`, all documents in the order of their names."""
    if error or app.builder.format != "html" or not app.config.html_baseurl:
        return
    imprint = Path(app.srcdir) / "book" / "imprint.json"
    made = json.loads(imprint.read_text(encoding="utf-8")) if imprint.exists() else {}
    changed = f"<lastmod>{made['date']}</lastmod>" if "date" in made else ""
    entries = (
        ENTRY.format(address=escape(_address(app, page)), changed=changed)
        for page in sorted(app.env.found_docs)
    )
    text = SITEMAP.format(entries="\n".join(entries))
    (Path(app.outdir) / "sitemap.xml").write_text(text, encoding="utf-8")


def _opening(doctree) -> str:
    """The beginning of the first paragraph without formulas."""
    paragraphs = (p for p in doctree.findall(nodes.paragraph) if not [*p.findall(nodes.math)])
    return shorten(next((p.astext() for p in paragraphs), ""), 200, placeholder=" …")


def _address(app, page) -> str:
    return f"{app.config.html_baseurl}{app.builder.get_target_uri(page)}"
