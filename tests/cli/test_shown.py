"""Commands that README, book and cards show are commands that there are; those of one's own data work."""

import csv
import re
import shlex
from pathlib import Path

import nbformat
import pytest
import typer
from typer.core import TyperGroup
from typer.testing import CliRunner

from euar import cli
from euar.data import template

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "book" / "your_own_data.ipynb"


def prose(path):
    """The Markdown of a file."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        return text
    cells = nbformat.reads(text, as_version=4).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def block(text):
    """The commands of all shell blocks, without their comments."""
    lines = "\n".join(re.findall(r"```bash\n(.*?)```", text, flags=re.DOTALL)).splitlines()
    return [part.strip() for line in lines for part in line.partition("  #")[0].split("&&") if part.strip()]


def shown():
    """Every command of euar, in a block or in a line of prose."""
    paths = [*ROOT.glob("*.md"), *(ROOT / "data").rglob("*.md"), *(ROOT / "book").glob("*.[mi][dp]*")]
    texts = [prose(path) for path in paths]
    lines = [line for text in texts for line in (*block(text), *re.findall(r"`(euar [^`]+)`", text))]
    return sorted({line for line in lines if line.startswith("euar ")})


@pytest.mark.parametrize("line", shown())
def test_every_command_shown_is_one_that_there_is(line):
    command, words = typer.main.get_command(cli.app), shlex.split(line)[1:]
    while words and isinstance(command, TyperGroup):
        _, command, words = command.resolve_command(typer.Context(command), words)
    if words:  # else it is spoken of
        command.make_context(command.name, words)


def follow(lines):
    """Run commands one after the other, each training for one epoch."""
    for line in lines:
        words = shlex.split(line)[1:]
        done = CliRunner().invoke(cli.app, [*words, *["--epochs", "1"][: 2 * (words[0] == "train")]])
        assert done.exit_code == 0, f"{line}: {done.output}"


def ids(path):
    with path.open(newline="") as stream:
        return [row["id"] for row in csv.DictReader(stream)]


def test_the_commands_of_the_page_lead_from_nothing_to_predictions(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    install, *commands = block(prose(PAGE))
    assert install == 'pip install ".[cli]"'  # by its name pip would ask an index, where it is not
    follow(commands)
    assert ids(tmp_path / "predictions.csv") == ids(tmp_path / "mine" / "new" / "face.csv")


def test_the_commands_of_the_template_work_in_its_folder(tmp_path, monkeypatch):
    template.write(tmp_path / "mine")
    monkeypatch.chdir(tmp_path / "mine")
    lines = (tmp_path / "mine" / "README.txt").read_text().splitlines()
    follow(line for line in lines if line.startswith("euar "))
    assert ids(tmp_path / "predictions.csv") == ids(tmp_path / "mine" / "new" / "face.csv")
