"""Build the same sources without Jupyter Book, with the newest Sphinx: `python tools/check_exit.py`.

It shows that the book can leave its builder. The build uses the staged tree of the last `make book` and an
environment of its own, which is removed afterwards; the package and what it imports are borrowed from .venv.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NOT_SPHINX = ("'jupyter_book', ", "'sphinx_jupyterbook_latex', ")
PACKAGES = (
    "sphinx",
    "myst-nb",
    "sphinx-book-theme",
    "sphinx-comments",
    "sphinx-copybutton",
    "sphinx-design",
    "sphinx-exercise",
    "sphinx-external-toc",
    "sphinx-mathjax-offline",
    "sphinx-thebe",
    "sphinx-togglebutton",
    "sphinxcontrib-bibtex",
)


def configure(stage: Path) -> str:
    """Write conf.py beside a staged tree's `_config.yml`, without Jupyter Book, and return its text."""
    command = [f"{sys.prefix}/bin/jupyter-book", "config", "sphinx", stage]
    subprocess.run(command, check=True, capture_output=True)
    text = (stage / "conf.py").read_text(encoding="utf-8")
    for extension in NOT_SPHINX:
        text = text.replace(extension, "")
    (stage / "conf.py").write_text(text, encoding="utf-8")
    return text


def build(python: str | Path, stage: Path, html: Path) -> subprocess.CompletedProcess:
    """Run Sphinx strictly on a configured tree; its warnings are in the result's `stderr`."""
    command = [python, "-m", "sphinx", "-W", "-n", "--keep-going", "-q", stage, html]
    environment = os.environ | {"PYTHONPATH": str(stage / "book" / "_ext")}
    return subprocess.run(command, env=environment, capture_output=True, text=True)


def newest(folder: Path) -> Path:
    """Make an environment with the newest builder and return its Python."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", *PACKAGES], check=True)
    (site,) = folder.glob("lib/python*/site-packages")
    borrowed = [sysconfig.get_path("purelib"), str(ROOT)]
    (site / "borrowed.pth").write_text("\n".join(borrowed) + "\n", encoding="utf-8")
    return python


def main() -> int:
    """Run the command line; 1 if the build warns, or lacks a page."""
    built, stage = ROOT / "_build" / "html", ROOT / "_build" / "stage"
    if not stage.exists():
        sys.exit("check_exit: no staged tree; run `make book` first")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(stage, folder / "stage")
        configure(folder / "stage")
        python = newest(folder / "venv")
        run = build(python, folder / "stage", folder / "html")
        pages, expected = ({p.name for p in base.glob("book/*.html")} for base in (folder / "html", built))
        version = subprocess.run([python, "-m", "sphinx", "--version"], capture_output=True, text=True).stdout
    print(run.stderr, end="")
    print(f"{version.strip()}: {len(pages & expected)} of {len(expected)} pages")
    return int(bool(run.returncode or expected - pages))


if __name__ == "__main__":
    sys.exit(main())
