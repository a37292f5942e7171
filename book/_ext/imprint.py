"""Sphinx extension: every page says at its foot which version it is, of which day, and how to cite it."""

import json
from datetime import date
from pathlib import Path

HOW_TO_CITE = "book/bibliography"


def setup(app):
    """Register with Sphinx (called by it)."""
    app.connect("html-page-context", add_imprint)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def add_imprint(app, page, template, context, doctree):  # noqa: ARG001  Sphinx decides the signature
    """Put what `tools/bookbuild/imprint.py` staged into the theme's footer."""
    staged = Path(app.srcdir) / "book" / "imprint.json"
    if staged.exists():
        made = json.loads(staged.read_text(encoding="utf-8"))
        cite = f' <a href="{context["pathto"](HOW_TO_CITE)}">How to cite</a>'
        context["theme_extra_footer"] = f"<p>{_sentence(made)}{cite}</p>"


def _sentence(made) -> str:
    if "date" not in made:
        return f"Version {made['version']}."
    day = date.fromisoformat(made["date"])
    return f"Version {made['version']} of {day.day} {day:%B %Y}, commit {made['commit']}."
