"""Sphinx extension: the API page shows the paper's equations beside the symbols that compute them."""

import re
from functools import cache
from pathlib import Path

import yaml

BOOK = Path(__file__).resolve().parents[1]
STATED = re.compile(r"^\$\$(.+?)\$\$ \(([\w-]+)\)$", re.MULTILINE)


def setup(app):
    """Register with Sphinx (called by it)."""
    app.connect("autodoc-process-docstring", add_equations)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def add_equations(app, what, name, obj, options, lines):  # noqa: ARG001  Sphinx decides
    """Append the equations of a symbol to its docstring, each with a link to its place in the book."""
    for entry in (e for e in registry() if e["symbol"] == name):
        lines += ["", f"Equation :eq:`{entry['label']}`{_chapter(entry)}:"]
        lines += ["", ".. math::", "", f"   {stated()[entry['label']]}", ""]


@cache
def registry():
    """Return the entries of `equations.yml`."""
    return yaml.safe_load((BOOK / "equations.yml").read_text(encoding="utf-8"))


@cache
def stated():
    """Return {label: TeX} of the equations in `equations.md`."""
    text = (BOOK / "equations.md").read_text(encoding="utf-8")
    return {label: tex.strip() for tex, label in STATED.findall(text)}


def _chapter(entry):
    return f", explained in :doc:`its chapter </book/{entry['chapter']}>`" if "chapter" in entry else ""
