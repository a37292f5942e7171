"""Executing chapters: what runs again and what does not, errors, caps. A small book with a small package."""

import os
import shutil
import time

import nbformat
import pytest
from bookbuild import record
from bookbuild.execute import Cap, ChapterError, execute
from bookbuild.layout import Chapter, chapters
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

CAP = Cap(seconds=60, memory=2_000)
PACKAGE = {
    "__init__.py": "",
    "gating.py": "DEFAULT = 'none'\n",
    "losses.py": "WEIGHT = 1\n",
    "model.py": "def build():\n    from euar import gating\n\n    return gating.DEFAULT\n",
}
CHAPTERS = {
    "uses_gating": "from euar.model import build\n\nprint(build())",
    "uses_losses": "from euar.losses import WEIGHT\n\nprint(WEIGHT)",
}


def write_chapter(root, name, code):
    cells = [
        new_markdown_cell(f"# {name}"),
        new_code_cell("profile = None", metadata={"tags": ["parameters"]}),
        new_code_cell(code),
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(new_notebook(cells=cells, metadata=kernel), root / "book" / f"{name}.ipynb")
    return Chapter(root, f"book/{name}", "smoke")


def write_package(root):
    for folder in ("book", "euar", "results"):
        (root / folder).mkdir()
    for name, code in PACKAGE.items():
        (root / "euar" / name).write_text(code)
    return root


@pytest.fixture
def root(tmp_path):
    return write_package(tmp_path)


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    root = write_package(tmp_path_factory.mktemp("executed"))
    for name, code in CHAPTERS.items():
        execute(write_chapter(root, name, code), CAP)
    return root


@pytest.fixture
def book(executed, root):
    shutil.copytree(executed, root, dirs_exist_ok=True)
    return [Chapter(root, f"book/{name}", "smoke") for name in CHAPTERS]


def current(book):
    return [record.is_current(chapter) for chapter in book]


def test_a_changed_module_concerns_the_chapters_that_load_it(root, book):
    assert current(book) == [True, True]
    (root / "euar" / "gating.py").write_text("DEFAULT = 'topk'\n")  # imported inside a function of euar.model
    assert current(book) == [False, True]
    execute(book[0], CAP)
    assert current(book) == [True, True]
    assert "topk" in nbformat.read(book[0].executed, as_version=4).cells[-1].outputs[0].text


def test_an_import_meanwhile_disturbs_nobody(root):
    code = """import gc, sys

class Lost:
    def __init__(self):
        self.cycle = self

    def __del__(self):
        sys.modules[f"meanwhile {len(sys.modules)}"] = sys
        Lost()

Lost()
sys.modules.update((f"module {number}", sys) for number in range(9_999))  # more than Python has tuples ready
gc.set_threshold(1)"""
    execute(write_chapter(root, "imports", code), CAP)


def test_touching_and_prose_concern_nothing_and_code_does(root, book):
    for path in root.rglob("*.*"):
        os.utime(path, (time.time() + 9, time.time() + 9))
    notebook = nbformat.read(book[0].source, as_version=4)
    notebook.cells[0].source = "# Another title"
    nbformat.write(notebook, book[0].source)
    assert current(book) == [True, True]
    notebook.cells[2].source += "  # and a comment"
    nbformat.write(notebook, book[0].source)
    assert current(book) == [False, True]


def test_a_key_holds_for_one_profile(book):
    assert not record.is_current(Chapter(book[0].root, book[0].document, "cpu"))


def test_shipped_files_count_once_they_are_read(root):
    (root / "results" / "first.json").write_text("1")
    folder = f"import pathlib\n\nfolder = pathlib.Path({str(root / 'results')!r})\n"
    chapter = write_chapter(
        root, "reads", folder + "print([path.read_text() for path in folder.glob('*.json')])"
    )
    execute(chapter, CAP)
    assert record.is_current(chapter)
    (root / "results" / "first.json").write_text("2")
    assert not record.is_current(chapter)
    execute(chapter, CAP)
    (root / "results" / "second.json").write_text("3")  # the folder was listed
    assert not record.is_current(chapter)


def test_a_raising_cell_is_named_and_leaves_no_executed_copy(root):
    chapter = write_chapter(root, "broken", "raise KeyError('expert 9')")
    with pytest.raises(ChapterError, match=r"broken, cell 3 \(raise Key.*\): KeyError: 'expert 9'"):
        execute(chapter, CAP)
    assert not record.is_current(chapter)
    assert not chapter.executed.exists()


@pytest.mark.parametrize(
    ("code", "cap", "message"),
    [
        ("sleep(60)", Cap(seconds=3, memory=2_000), "endless: over its time cap of 3 s"),
        (
            "block = b'x' * 10**9; sleep(60)",
            Cap(seconds=60, memory=600),
            "endless: over its memory cap of 600 MB",
        ),
    ],
)
def test_a_chapter_over_a_cap_is_killed_and_named(root, code, cap, message):
    chapter = write_chapter(root, "endless", f"from time import sleep\n\n{code}")
    with pytest.raises(ChapterError, match=message):
        execute(chapter, cap)


DAMAGE = {
    "empty": lambda content: b"",
    "cut": lambda content: content[: len(content) // 2],
    "a list": lambda content: b"[1]",
    "no keys": lambda content: b"{}",
    "a byte flipped": lambda content: content[:200] + bytes([content[200] ^ 1]) + content[201:],
}


@pytest.mark.parametrize("file", ["record", "executed"])
@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_what_is_not_as_it_was_written_is_made_anew(file, damage, book):
    path = getattr(book[0], file)
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    assert current(book) == [False, True]
    path.write_bytes(whole)
    assert current(book) == [True, True]


def test_the_record_says_what_the_run_took(book):
    done = record.load(book[0])
    assert 0 < done.seconds < 60
    assert 30 < done.memory < 2_000
    assert done.device == "cpu"
    assert set(done.files) == {"euar/__init__.py", "euar/model.py", "euar/gating.py"}


def test_the_contents_list_notebooks_in_reading_order(root):
    for name in CHAPTERS:
        write_chapter(root, name, "")
    nested = "{file: book/uses_gating, sections: [{file: book/uses_losses}]}"
    (root / "_toc.yml").write_text(f"root: book/page\nparts: [{{chapters: [{nested}]}}]\n")
    assert [chapter.name for chapter in chapters(root, "smoke")] == ["uses_gating", "uses_losses"]
