"""Sphinx extension: pages that ask nothing of the network.

MathJax is copied out of the package `sphinx-mathjax-offline`, only the parts that a page or MathJax's own
menu loads. The scripts of sphinx-thebe, which jupyter-book adds to every page, are taken out.
"""

import shutil
from importlib.util import find_spec
from pathlib import Path

MATHJAX = (
    "tex-chtml.js",
    "output/chtml/fonts",
    "input/tex/extensions",
    "a11y",
    "sre/mathmaps/base.json",
    "sre/mathmaps/en.json",
)


def setup(app):
    """Register with Sphinx (called by it)."""
    app.config.mathjax_path = "mathjax/tex-chtml.js"
    app.connect("html-page-context", drop_thebe, priority=900)
    app.connect("build-finished", copy_mathjax)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def copy_mathjax(app, error):
    """Copy the parts of MathJax that pages load into the built book."""
    if error or app.builder.format != "html":
        return
    package = Path(find_spec("sphinx-mathjax-offline").origin).parent / "static" / "mathjax"
    for name in MATHJAX:
        source, target = package / name, Path(app.outdir) / "_static" / "mathjax" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True)
        else:
            shutil.copy2(source, target)


def drop_thebe(app, page, template, context, doctree):  # noqa: ARG001  Sphinx decides the signature
    """Take sphinx-thebe's scripts out of a page: unused, and added twice, which is a JavaScript error."""
    context["script_files"] = [script for script in context["script_files"] if not _is_thebe(script)]


def _is_thebe(script) -> bool:
    body = getattr(script, "attributes", {}).get("body") or ""
    return "thebe" in f"{getattr(script, 'filename', None) or script}{body}".lower()
