"""`euar figures`: an executed book's pictures, byte for byte, under the names of their cells."""

import base64
import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from typer.testing import CliRunner

from euar import cli
from euar.cli import figures as command

PNG, SVG = b"\x89PNG one", "<svg>two</svg>"


@pytest.fixture
def book(tmp_path, monkeypatch):
    """A checkout whose one chapter was executed."""

    def shown(kind, content):
        return new_output("display_data", data={kind: content, "text/plain": "<Figure>"})

    encoded = base64.b64encode(PNG).decode()
    cells = [
        new_code_cell("a", id="curves", outputs=[shown("image/png", encoded), shown("image/png", encoded)]),
        new_code_cell("b", id="table", outputs=[new_output("stream", text="0.3")]),
        new_code_cell("c", id="shape", outputs=[shown("image/svg+xml", SVG)]),
    ]
    folder = tmp_path / "_build" / "executed" / "smoke"
    folder.mkdir(parents=True)
    nbformat.write(new_notebook(cells=cells), folder / "quick_start.ipynb")
    (folder / "quick_start.json").write_text(json.dumps({"date": "2026-11-25T10:00+00:00"}))
    monkeypatch.setattr(command, "checkout", lambda: tmp_path)
    return folder


def euar(*arguments):
    return CliRunner().invoke(cli.app, ["figures", *(str(argument) for argument in arguments)])


@pytest.mark.usefixtures("book")
def test_every_picture_has_the_name_of_its_cell(tmp_path):
    done = euar(tmp_path / "out")
    assert done.stdout.splitlines()[0] == "quick_start: 3 figures, executed 2026-11-25T10:00+00:00"
    found = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert found == {
        "quick_start-curves.png": PNG,
        "quick_start-curves-2.png": PNG,
        "quick_start-shape.svg": SVG.encode(),
    }


@pytest.mark.usefixtures("book")
@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            ["--profile", "gpu"],
            "not built in profile gpu; run `make book PROFILE=gpu` in a checkout",
        ),
        (["--only", "intro"], "intro was not executed; run `make book"),
    ],
)
def test_a_book_that_was_not_built_is_said(options, words, tmp_path):
    done = euar(tmp_path / "out", *options)
    assert done.exit_code == 2
    assert words in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_damaged_notebook_is_one_block(book, tmp_path):
    (book / "quick_start.ipynb").write_text("{")
    done = euar(tmp_path / "out")
    assert done.exit_code == 2
    assert "expected an executed notebook" in done.stderr
