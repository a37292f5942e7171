"""The student edition: no answer is left anywhere, everything else is, and nothing needs what is gone."""

import ast
import re
import shutil
import zipfile

import nbformat
import pytest
import yaml
from bookbuild.edition import FOR_TEACHERS, for_students, without_answers
from bookbuild.layout import Chapter, chapters, documents
from bookbuild.reading import is_solution
from bookbuild.record import Record, digest
from bookbuild.render import render
from bookbuild.stage import stage
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests.book.conftest import ROOT

ANSWER = "ninety-one"
CONFIG = (
    "title: Small\nexecute: {execute_notebooks: 'off'}\nsphinx: {extra_extensions: [sphinx_exercise]}\n"
    "only_build_toc_files: true\n"
)
TOC = "format: jb-book\nroot: book/one\n" + (
    f"parts: [{{chapters: [{{file: {FOR_TEACHERS}}}, {{file: book/two}}]}}]\n"
)
EXERCISE = "```{exercise} Count\n:label: ex-count\nHow many?\n```"
SOLUTION = f"```{{solution}} ex-count\n:class: dropdown\n\n{ANSWER}\n```"


def notebook():
    return new_notebook(
        metadata={"language_info": {"name": "python", "pygments_lexer": "ipython3"}},
        cells=[
            new_markdown_cell(f"# One\n\n{EXERCISE}"),
            new_code_cell("answer = ..."),
            new_markdown_cell(SOLUTION),
            new_code_cell(f"# Solution\nanswer = '{ANSWER}'", metadata={"tags": ["hide-cell"]}),
            new_markdown_cell("## What we found"),
        ],
    )


@pytest.fixture
def small(tmp_path):
    """A book of a chapter with an exercise, a page for teachers and one for all."""
    chapter = Chapter(tmp_path, "book/one", "smoke")
    for path in (chapter.source, chapter.executed):
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook(), path)
    done = {"seconds": 1.0, "memory": 1, "device": "cpu", "date": "2026-01-02T03:04:05"}
    Record(key="k", files={}, executed=digest(chapter.executed), **done).save(chapter.record)
    pages = {FOR_TEACHERS: f"# Teaching\n\n{ANSWER}\n", "book/two": "# Two\n"}
    for name, text in pages.items():
        (tmp_path / f"{name}.md").write_text(text)
    (tmp_path / "_config.yml").write_text(CONFIG)
    (tmp_path / "_toc.yml").write_text(TOC)
    shutil.copytree(ROOT / "data" / "cards", tmp_path / "data" / "cards")
    for name in ("data/README.md", "CITATION.cff"):
        shutil.copy(ROOT / name, tmp_path / name)
    return chapter


def holders(folder):
    """The files that hold the answer, those in archives too."""
    found = {path.name for path in folder.rglob("*.*") if path.is_file() and ANSWER in _text(path)}
    with zipfile.ZipFile(folder / "book" / "notebooks.zip") as archive:
        return found | {f"zip/{name}" for name in archive.namelist() if ANSWER in archive.read(name).decode()}


def _text(path):
    return path.read_text(encoding="utf-8", errors="replace")


def test_the_full_edition_holds_the_answers(small):
    found = holders(stage(small.root, [small]))
    assert found == {"one.ipynb", "teaching.md", "zip/one.ipynb"}


def test_students_find_the_answer_nowhere_and_the_strict_build_passes(small):
    staged = stage(small.root, [small], "student")
    assert holders(staged) == set()
    html = render(small.root, staged)
    assert not [path.name for path in html.rglob("*.*") if path.is_file() and ANSWER in _text(path)]
    page = _text(html / "book" / "one.html")
    assert "How many?" in page
    assert "What we found" in page
    assert not (html / f"{FOR_TEACHERS}.html").exists()


@pytest.mark.parametrize("chapter", chapters(ROOT, "smoke"), ids=lambda chapter: chapter.name)
def test_a_chapter_loses_its_answers_and_nothing_else_that_it_needs(chapter):
    full = nbformat.read(chapter.source, as_version=4)
    left = without_answers(full)
    nbformat.validate(left)
    gone = [cell for cell in full.cells if cell.id not in {kept.id for kept in left.cells}]
    assert gone == [cell for cell in full.cells if is_solution(cell)]
    assert not any(re.search("{exercise|^## ", cell.source, re.MULTILINE) for cell in gone)
    assert not any("{solution" in cell.source or "# Solution" in cell.source for cell in left.cells)
    assert names(gone, ast.Store) & names(left.cells, ast.Load) <= names(left.cells, ast.Store)


def names(cells, context):
    """The names that code cells bind, or use."""
    trees = [ast.parse(cell.source) for cell in cells if cell.cell_type == "code"]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    found = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, context)}
    if context is ast.Load:
        return found
    defined = {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    return found | defined | {node.arg for node in nodes if isinstance(node, ast.arg)}


def test_of_the_contents_only_the_page_for_teachers_goes():
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text())
    assert set(documents(toc)) - set(documents(for_students(toc))) <= {FOR_TEACHERS}
