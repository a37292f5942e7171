"""Where the book's files lie: sources, executed copies, the staged tree and the pages."""

from dataclasses import dataclass
from pathlib import Path

import yaml

DEEPER = "_deeper"  # ends the name of a page that goes deeper than the chapter of the same name


@dataclass(frozen=True)
class Chapter:
    """One notebook of the book in one profile.

    Attributes:
        root: the repository.
        document: its name in `_toc.yml`, such as `book/intro`.
        profile: the profile it runs in.
    """

    root: Path
    document: str
    profile: str

    @property
    def name(self) -> str:
        """The name without the folder."""
        return Path(self.document).name

    @property
    def above(self) -> str | None:
        """The chapter that this page goes deeper than, as `_toc.yml` names it; None for a main path."""
        return self.document.removesuffix(DEEPER) if self.document.endswith(DEEPER) else None

    @property
    def source(self) -> Path:
        """The notebook as committed, without outputs."""
        return self.root / f"{self.document}.ipynb"

    @property
    def executed(self) -> Path:
        """The notebook with outputs."""
        return self.root / "_build" / "executed" / self.profile / f"{self.name}.ipynb"

    @property
    def record(self) -> Path:
        """What the execution used and took."""
        return self.executed.with_suffix(".json")

    @property
    def scratch(self) -> Path:
        """The working folder of the kernel."""
        return self.root / "_build" / "scratch" / self.profile / self.name


def documents(node: dict | list) -> list[str]:
    """List the documents of a parsed `_toc.yml`, in reading order."""
    if isinstance(node, list):
        return [name for item in node for name in documents(item)]
    own = [node[key] for key in ("root", "file") if key in node]
    return own + [name for key in ("parts", "chapters", "sections") for name in documents(node.get(key, []))]


def chapters(root: Path, profile: str) -> list[Chapter]:
    """List the notebooks of `_toc.yml`, in reading order."""
    toc = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    found = [Chapter(root, name, profile) for name in documents(toc)]
    return [chapter for chapter in found if chapter.source.exists()]
