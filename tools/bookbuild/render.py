"""Build the staged tree into HTML, strictly, unless the pages of exactly this tree are there already.

The build is always a complete one. An incremental Sphinx build repeats no warning of a page that it does not
read again, so a second try would pass, and it leaves old titles in the other pages' menus.
"""

import hashlib
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from bookbuild import environment, parent
from euar.files import write_bytes

COMMAND = f"""\
import sys
sys.path.append({str(Path(__file__).resolve().parents[1])!r})
from bookbuild.parent import end_with_parent
end_with_parent()
from jupyter_book.cli.main import main
main()
"""
STRICT = ["-W", "-n", "--keep-going"]


class RenderError(Exception):
    """The pages could not be built, or Sphinx had a warning."""


def render(root: Path, stage: Path) -> Path:
    """Return the folder of the pages, built from the staged tree.

    Raises:
        RenderError: jupyter-book failed; its messages have been printed.
    """
    html, stamp = root / "_build" / "html", root / "_build" / "html.key"
    key = _key(root, stage)
    if stamp.exists() and stamp.read_bytes() == key and html.exists():
        return html
    stamp.unlink(missing_ok=True)
    for old in (html, root / "_build" / ".doctrees"):
        shutil.rmtree(old, ignore_errors=True)
    arguments = ["build", stage, "--path-output", root, "-q", *STRICT]
    command = [sys.executable, "-c", COMMAND, *arguments]
    with parent.start(command, stdout=subprocess.DEVNULL, env=environment.clean(PYTHONPATH=root)) as process:
        failed = process.wait()  # warnings come on stderr
    if failed:
        raise RenderError("jupyter-book: the strict build failed, see its warnings above")
    write_bytes(stamp, key)
    return html


def _key(root: Path, stage: Path) -> bytes:
    """Hash the staged tree, the package (its docstrings are pages) and the builder's versions."""
    digest = hashlib.sha256()
    for path in sorted([*stage.rglob("*"), *root.glob("euar/**/*.py")]):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    for name in ("jupyter-book", "sphinx", "sphinx-book-theme", "myst-nb"):
        digest.update(f"{name} {version(name)}".encode())
    return digest.hexdigest().encode()
