"""The imprint of a copy of the book: version, commit and its day (not that of the build), how to cite it."""

import json
import os
import subprocess
from pathlib import Path

import yaml

from euar import __version__
from euar.files import write_bytes

ENTRY = """\
@misc{{euar-book,
  author = {{{authors}}},
  title = {{{{{title}}}}},
  year = {{{year}}},
  note = {{{note}}},
{url}}}
"""


def write_imprint(root: Path, book: Path) -> None:
    """Write `imprint.json`, for the foot of every page, and `imprint.bib`, for who cites the book."""
    made = imprint(root)
    citation = yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))
    write_bytes(book / "imprint.json", f"{json.dumps(made)}\n".encode())
    write_bytes(book / "imprint.bib", bibtex(citation, made).encode())


def imprint(root: Path) -> dict[str, str]:
    """Return `version` and, in a checkout, `date` and `commit` of the last commit."""
    found = _git(root, "log", "-1", "--format=%cs %h")
    if not found:
        return {"version": __version__}
    date, commit = found.split()
    changed = ", with changes since" if _git(root, "status", "--porcelain") else ""
    return {"version": __version__, "date": date, "commit": f"{commit}{changed}"}


def bibtex(citation: dict, made: dict[str, str]) -> str:
    """Return a BibTeX entry from a parsed `CITATION.cff` and an imprint."""
    parts = [f"version {made['version']}", *(f"commit {made[key]}" for key in ("commit",) if key in made)]
    url = citation.get("repository-code")
    return ENTRY.format(
        authors=" and ".join(f"{{{author['name']}}}" for author in citation["authors"]),
        title=citation["title"],
        year=made.get("date", "n.d.")[:4],
        note=", ".join(parts).capitalize(),
        url=f"  url = {{{url}}},\n" if url else "",
    )


def _git(root: Path, *arguments: str) -> str:
    """What git says of this checkout, not of one around it; the empty string without git or checkout."""
    alone = os.environ | {"GIT_CEILING_DIRECTORIES": str(root.resolve().parent)}
    command = ["git", "-C", str(root), *arguments]
    try:
        return subprocess.run(command, env=alone, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""
