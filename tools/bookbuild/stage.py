"""The staged tree `_build/stage`: today's sources with the outputs of their execution, ready for Sphinx."""

import csv
import io
import shutil
import zipfile
from pathlib import Path

import nbformat
import yaml
from nbformat import NotebookNode

from bookbuild import record
from bookbuild.edition import FOR_TEACHERS, for_students, without_answers
from bookbuild.imprint import write_imprint
from bookbuild.layout import Chapter
from bookbuild.reading import reading
from euar.files import write_bytes

SOURCES = ("_config.yml", "_toc.yml", "book", "data/README.md", "data/cards")


def stage(root: Path, chapters: list[Chapter], edition: str = "full") -> Path:
    """Build the staged tree anew and return its folder.

    Args:
        root: the repository.
        chapters: the book's notebooks; each must have been executed.
        edition: "full", or "student".
    """
    target = root / "_build" / "stage"
    shutil.rmtree(target, ignore_errors=True)
    ignore = shutil.ignore_patterns("*.ipynb", ".*", "__pycache__")
    target.mkdir(parents=True)
    for name in SOURCES:
        if (root / name).is_dir():
            shutil.copytree(root / name, target / name, ignore=ignore)
        else:
            (target / name).parent.mkdir(exist_ok=True)
            shutil.copy2(root / name, target / name)
    for chapter in chapters:
        merged = _in(edition, merge(_read(chapter.source), _read(chapter.executed)))
        write_bytes(target / f"{chapter.document}.ipynb", _bytes(merged))
    write_bytes(target / "book" / "status.csv", status(chapters).encode())
    zip_notebooks(chapters, target / "book" / "notebooks.zip", edition)
    write_imprint(root, target / "book")
    if edition == "student":
        _without_the_teachers_page(target)
    return target


def _without_the_teachers_page(target: Path) -> None:
    (target / f"{FOR_TEACHERS}.md").unlink(missing_ok=True)
    toc = for_students(yaml.safe_load((target / "_toc.yml").read_text(encoding="utf-8")))
    write_bytes(target / "_toc.yml", yaml.safe_dump(toc, sort_keys=False).encode())


def merge(source: NotebookNode, executed: NotebookNode) -> NotebookNode:
    """Put the outputs of the executed code cells into the source, whose text may be newer."""
    pairs = zip(record.code_cells(source), record.code_cells(executed), strict=True)
    for cell, run in pairs:
        if cell.source != run.source:
            raise ValueError(f"executed cell differs from its source: {cell.source!r}; run with --force")
        cell.outputs, cell.execution_count = run.outputs, run.execution_count
    if "widgets" in executed.metadata:
        source.metadata["widgets"] = executed.metadata["widgets"]
    return source


def status(chapters: list[Chapter]) -> str:
    """Return the rows of the status page as CSV: what ran where, when, how long, in how much memory."""
    table = io.StringIO()
    write = csv.writer(table, lineterminator="\n").writerow
    write(["Chapter", "Words", "Minutes to read", "Seconds", "Peak MB", "Device", "Date", "Profile", "Key"])
    for chapter in chapters:
        done, asked = record.load(chapter), reading(_read(chapter.source))
        link = f"{{doc}}`{chapter.name}`"
        date = done.date[:16].replace("T", " ")
        run = [done.seconds, done.memory, done.device, date, chapter.profile, done.key[:8]]
        write([link, asked.words, asked.minutes, *run])
    return table.getvalue()


def zip_notebooks(chapters: list[Chapter], path: Path, edition: str = "full") -> None:
    """Put the notebooks, without outputs, into one archive; equal notebooks give equal bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for chapter in chapters:
            entry = zipfile.ZipInfo(chapter.source.name)  # dated 1980
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, _bytes(_in(edition, _read(chapter.source))))


def _in(edition: str, notebook: NotebookNode) -> NotebookNode:
    return without_answers(notebook) if edition == "student" else notebook


def _bytes(notebook: NotebookNode) -> bytes:
    return f"{nbformat.writes(notebook)}\n".encode()


def _read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)
