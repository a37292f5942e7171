"""A book of a few pages with the settings, extensions and styles of the real one, built in seconds."""

import os
import shutil
import subprocess
from pathlib import Path

import yaml
from bookbuild.render import render
from bookbuild.stage import stage

ROOT = Path(__file__).parents[2]
KEPT = (
    "CITATION.cff",
    "_config.yml",
    "data",
    "book/_ext",
    "book/_static",
    "book/references.bib",
    "book/equations.yml",
)
DAY = "2026-01-02T03:04:05+00:00"
WHO = {f"GIT_{role}_{what}": "a" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


def make(root: Path, pages: dict[str, str], *real: str) -> Path:
    """Write pages and copy real ones of `book/`; the first page is the root; return the folder."""
    for name in (*KEPT, *(f"book/{page}" for page in real)):
        source, target = ROOT / name, root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "*.h5", "*.csv"))
        else:
            shutil.copy(source, target)
    for name, text in pages.items():
        (root / f"{name}.md").write_text(text)
    first, *others = [*pages, *(f"book/{page[:-3]}" for page in real if page.endswith(".md"))]
    toc = {"format": "jb-book", "root": first, "chapters": [{"file": name} for name in others]}
    (root / "_toc.yml").write_text(yaml.safe_dump(toc))
    return root


def commit(root: Path) -> str:
    """Commit all files on a day of January 2026 and return the commit's short name."""
    (root / ".gitignore").write_text("_build\n")
    alone = os.environ | WHO | {"GIT_AUTHOR_DATE": DAY, "GIT_COMMITTER_DATE": DAY}
    for words in ("init -q", "add -A", "commit -q -m all"):
        subprocess.run(["git", *words.split()], cwd=root, env=alone, check=True)
    asked = subprocess.run(
        ["git", "log", "-1", "--format=%h"], cwd=root, check=True, capture_output=True, text=True
    )
    return asked.stdout.strip()


def build(root: Path) -> Path:
    """Return the folder of the pages of a book without notebooks, built strictly."""
    return render(root, stage(root, []))
