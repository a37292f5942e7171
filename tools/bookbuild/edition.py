"""The editions of the book: the full one, and one for students, without answers and the page for teachers."""

from nbformat import NotebookNode

from bookbuild.reading import is_solution

EDITIONS = ("full", "student")
FOR_TEACHERS = "book/teaching"


def without_answers(notebook: NotebookNode) -> NotebookNode:
    """Return the notebook without the cells that answer its exercises; stubs, checks and hints stay."""
    return NotebookNode(notebook | {"cells": [cell for cell in notebook.cells if not is_solution(cell)]})


def for_students(toc: dict) -> dict:
    """Return a parsed `_toc.yml` without the page for teachers."""
    return toc | {"parts": [part | {"chapters": _open(part["chapters"])} for part in toc["parts"]]}


def _open(entries: list[dict]) -> list[dict]:
    return [entry for entry in entries if entry["file"] != FOR_TEACHERS]
