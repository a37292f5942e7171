"""From executed copies to pages: merging, the strict build, and the way out of jupyter-book."""

import csv
import io
import shutil
import sys
import zipfile

import nbformat
import pytest
from bookbuild.layout import Chapter
from bookbuild.record import Record, digest
from bookbuild.render import RenderError, render
from bookbuild.stage import merge, status, zip_notebooks
from check_exit import build, configure
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

CONFIG = "title: Small\nexecute:\n  execute_notebooks: 'off'\n"


def notebook(prose, code, output=None):
    cells = [new_markdown_cell(prose), new_code_cell(code)]
    if output:
        cells[1].outputs = [new_output("stream", text=output)]
    return new_notebook(cells=cells)


def test_outputs_go_into_todays_prose():
    executed = notebook("old", "print(1)", "1\n")
    executed.cells.insert(1, new_code_cell("profile = 1", metadata={"tags": ["injected-parameters"]}))
    merged = merge(notebook("new", "print(1)"), executed)
    assert merged.cells[0].source == "new"
    assert merged.cells[1].outputs[0].text == "1\n"
    nbformat.validate(merged)


def test_outputs_of_other_code_are_refused():
    with pytest.raises(ValueError, match="differs from its source"):
        merge(notebook("", "print(2)"), notebook("", "print(1)", "1\n"))


def test_a_warning_fails_the_build_and_fails_it_again(tmp_path, capfd):
    stage = tmp_path / "_build" / "stage"
    stage.mkdir(parents=True)
    (stage / "_config.yml").write_text(CONFIG)
    (stage / "_toc.yml").write_text("format: jb-book\nroot: page\n")
    (stage / "page.md").write_text("# Page\n\n{ref}`nowhere`\n")
    for _ in range(2):
        with pytest.raises(RenderError):
            render(tmp_path, stage)
        assert "nowhere" in capfd.readouterr().err
    (stage / "page.md").write_text("# Page\n")
    page = render(tmp_path, stage) / "page.html"
    built = page.stat().st_mtime_ns
    render(tmp_path, stage)
    assert page.stat().st_mtime_ns == built


def test_plain_sphinx_builds_the_same_sources(html, tmp_path):
    stage = tmp_path / "stage"
    shutil.copytree(html.parent / "stage", stage)
    text = configure(stage)
    (stage / "conf.py").write_text(text.replace("'sphinx.ext.viewcode', ", ""))  # no listings of the sources
    run = build(sys.executable, stage, tmp_path / "html")
    assert run.returncode == 0, run.stderr
    assert "jupyter_book" not in text
    assert {page.name for page in html.glob("book/*.html")} == {
        p.name for p in tmp_path.glob("html/book/*.html")
    }


def test_every_described_picture_is_on_its_page(html):
    for path in sorted((html.parent / "stage" / "book").glob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.metadata.get("mystnb", {}).get("image"):
                shown = [out for out in cell.outputs if "image/png" in out.get("data", {})]
                assert shown, f"{path.name}: a described picture is missing below {cell.source[:60]!r}"


def test_status_counts_words_and_the_zip_holds_the_sources(tmp_path):
    chapter = Chapter(tmp_path, "book/one", "smoke")
    source = notebook("a b c " * 200, "print(1)")
    for path in (chapter.source, chapter.executed):
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(source, path)
    Record(
        key="k" * 8,
        files={},
        executed=digest(chapter.executed),
        seconds=2.5,
        memory=300,
        device="cpu",
        date="2026-01-02T03:04:05",
    ).save(chapter.record)
    (row,) = csv.DictReader(io.StringIO(status([chapter])))
    assert (row["Words"], row["Minutes to read"], row["Seconds"]) == ("600", "4", "2.5")
    for folder in ("first", "second"):
        (tmp_path / folder).mkdir()
        zip_notebooks([chapter], tmp_path / folder / "notebooks.zip")
    with zipfile.ZipFile(tmp_path / "first" / "notebooks.zip") as archive:
        assert archive.namelist() == ["one.ipynb"]
        assert archive.read("one.ipynb") == chapter.source.read_bytes()
    first, second = (tmp_path / folder / "notebooks.zip" for folder in ("first", "second"))
    assert first.read_bytes() == second.read_bytes()
