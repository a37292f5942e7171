"""Make slides of the built book's chapters into `_build/slides/`, a deck each: `python tools/make_slides.py`.

reveal.js comes from the package sphinx-revealjs and MathJax from the book's own extension: the decks ask
nothing of the network. `?print-pdf` at the end of a deck's address makes it printable.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import yaml
from bookbuild import environment
from bookbuild.layout import documents
from bookbuild.slides import deck

ROOT = Path(__file__).resolve().parents[1]
CONFIG = """\
project = "Slides"
extensions = ["myst_parser", "sphinx_revealjs", "offline"]
myst_enable_extensions = ["dollarmath"]
html_copy_source = False
revealjs_style_theme = "white"
revealjs_static_path = ["_static"]
revealjs_css_files = ["slides.css"]
revealjs_script_conf = {"slideNumber": "c/t", "hash": True, "transition": "none", "width": 1120}
"""
CSS = """\
.reveal { font-size: 28px; }
.reveal .slides { text-align: left; }
.reveal :is(h1, h2) { font-size: 1.5em; text-transform: none; }
.reveal section img { display: block; margin: 0 auto; max-height: 500px; max-width: 100%; }
.reveal section ul:has(> li:nth-child(12)) { columns: 2; font-size: 0.7em; }
"""


def make(stage: Path, target: Path) -> list[str]:
    """Write the decks of a staged book's chapters and return their names, in reading order.

    Raises:
        CalledProcessError: Sphinx had a warning, which it has printed.
    """
    source = target / "source"
    shutil.rmtree(target, ignore_errors=True)
    (source / "_static").mkdir(parents=True)
    (source / "conf.py").write_text(CONFIG, encoding="utf-8")
    (source / "_static" / "slides.css").write_text(CSS, encoding="utf-8")
    names = _write_decks(stage, source)
    links = "\n".join(f"- [](./{name}.md)" for name in names)
    (source / "index.md").write_text(f"# Slides\n\n{links}\n", encoding="utf-8")
    command = [sys.executable, "-m", "sphinx", "-b", "revealjs", "-W", "--keep-going", "-q", source, target]
    clean = environment.clean(PYTHONPATH=ROOT / "book" / "_ext")
    subprocess.run(command, check=True, env=clean)
    shutil.rmtree(source)
    return names


def _write_decks(stage: Path, source: Path) -> list[str]:
    registry = yaml.safe_load((ROOT / "book" / "equations.yml").read_text(encoding="utf-8"))
    equations = {entry["label"]: entry["equation"] for entry in registry}
    contents = documents(yaml.safe_load((stage / "_toc.yml").read_text(encoding="utf-8")))
    paths = [path for name in contents if (path := stage / f"{name}.ipynb").exists()]
    for path in paths:
        text, pictures = deck(nbformat.read(path, as_version=4), path.stem, equations)
        (source / f"{path.stem}.md").write_text(f"---\norphan: true\n---\n\n{text}", encoding="utf-8")
        for name, picture in pictures.items():
            (source / name).write_bytes(picture)
    return [path.stem for path in paths]


def main() -> int:
    """Run the command line; 1 if there is no built book."""
    stage, target = ROOT / "_build" / "stage", ROOT / "_build" / "slides"
    if not stage.exists():
        print("there is no built book to make slides of; run `make book` first", file=sys.stderr)
        return 1
    names = make(stage, target)
    print(f"{len(names)} decks; open {target / 'index.html'}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
