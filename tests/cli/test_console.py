"""What all commands share: text stays text, empty arguments are refused, sources are not replaced."""

import ast
import hashlib
import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from rich.table import Table
from typer.testing import CliRunner

from euar import cli, folders
from euar.cli import _console
from euar.progress import progress_bar
from tests.data.rows import make

ROOT = Path(__file__).parents[2]


def euar(*arguments):
    return CliRunner().invoke(cli.app, [str(argument) for argument in arguments])


@pytest.mark.parametrize("text", ["[red]", "[/red]", "[link=x]y", ":smile:", "a[b][/]"])
def test_what_stands_in_a_table_is_text(text, capsys):
    table = Table(title=text)
    table.add_column(text)
    table.add_row(text)
    _console.show(table, text)
    assert capsys.readouterr().out.count(text) == 4


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("a\x1b[2Jb", r"a\x1b[2Jb"),
        ("a\x1b]0;x\x07", r"a\x1b]0;x\x07"),
        ("\x9b2J", r"\x9b2J"),
        ("bad\rgood", r"bad\rgood"),
        ("a\u202eb\u2066", r"a\u202eb\u2066"),
    ],
)
def test_a_terminal_obeys_no_letter_of_a_name(text, seen, capsys):
    _console.say(text)
    _console.warn(text)
    assert list(capsys.readouterr()) == [f"{seen}\n", f"{seen}\n"]
    table = Table(title=text)
    table.add_column(text)
    table.add_row(text)
    _console.show(table, text)
    assert capsys.readouterr().out.count(seen) == 4


def test_other_letters_stay_as_they_are():
    text = "\u05d0 \u4f60\tb\u200d\n\u2764\ufe0f \\x1b"
    assert _console.visible(text) == text


def test_a_file_whose_name_is_a_program_of_the_terminal_is_shown(tmp_path):
    lines = [f"i{row},{row / 8},{row}" for row in range(40)]
    (tmp_path / "a\x1b[2J.csv").write_text("\n".join(["id,label,voice_0", *lines]) + "\n")
    done = euar("data", "convert", tmp_path / "a\x1b[2J.csv", tmp_path / "out.h5")
    assert done.exit_code == 0
    assert "\x1b" not in done.output
    assert done.output.startswith(r"a\x1b[2J: 40 rows")


def test_only_one_module_of_the_command_line_prints_with_rich():
    for file in sorted((ROOT / "euar" / "cli").glob("*.py")):
        imported = {
            f"{node.module}.{alias.name}"
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        assert file.name == "_console.py" or "rich.console.Console" not in imported, file.name


def test_a_bar_says_any_text():
    with progress_bar(True, total=2) as tick:
        tick("[/red] [bold]", 1)


COMMANDS = [
    ["train", "embedded", "--out", ""],
    ["train", "embedded", "--out="],
    ["train", "", "--out", "x"],
    ["experiment", "mosi", "--out", " "],
    ["data", "get", "mosi", "--to", ""],
    ["data", "check", ""],
    ["data", "convert", "a.h5", ""],
    ["data", "convert", "a.h5", "b.h5", "--variant="],
    ["features", "mosi", "--out", ""],
    ["results", ""],
    ["results", "--root", ""],
    ["compare", "a", ""],
    ["figures", ""],
]


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_an_empty_argument_is_refused_before_anything_happens(arguments, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["euar", *arguments])
    monkeypatch.setattr(cli, "app", lambda: pytest.fail("a command was called"))
    with pytest.raises(SystemExit, match="expected a value, found an empty one"):
        cli.main()
    assert not list(tmp_path.iterdir())


def spellings(path, folder):
    """Other names of one file."""
    link, hard, below = folder / "link.h5", folder / "hard.h5", folder / "below"
    link.symlink_to(path)
    os.link(path, hard)
    below.symlink_to(path.parent)
    return [path, link, hard, below / path.name, path.parent / "." / path.name, Path(os.path.relpath(path))]


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("command", [["data", "convert"], ["features"], ["predict", "run"]])
def test_a_source_is_not_replaced_under_any_spelling(command, tmp_path):
    (tmp_path / "in").mkdir()
    path = make().to_hdf5(tmp_path / "in" / "rows.h5")
    before = digest(path)
    for out in spellings(path, tmp_path):
        arguments = [path, out] if command == ["data", "convert"] else [path, "--out", out]
        done = euar(*command, *arguments)
        assert done.exit_code == 2, out
        assert f"{out}: out: expected a file other than" in done.stderr
    assert digest(path) == before


def test_a_file_of_a_source_s_folder_is_not_replaced_and_an_earlier_result_is(tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    rows = "".join(f"{row},{row / 10}\n" for row in range(40))
    (folder / "labels.csv").write_text("id,label\n" + rows)
    (folder / "words.csv").write_text("id,f0\n" + rows)
    (tmp_path / "alias").symlink_to(folder)
    before = {file.name: digest(file) for file in folder.iterdir()}
    for out in (folder / "labels.csv", folder / "words.csv", tmp_path / "alias" / "labels.csv", folder):
        assert "expected a file other than" in euar("data", "convert", folder, out).stderr
    assert {file.name: digest(file) for file in folder.iterdir()} == before
    for _ in range(2):
        assert euar("data", "convert", folder, tmp_path / "out.h5").exit_code == 0


def test_without_a_home_folders_lie_in_the_current_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("EUAR_DATA", "EUAR_CACHE"):
        monkeypatch.delenv(name, raising=False)

    def none():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", none)
    assert folders.data_folder() == tmp_path / "euar-data"
    assert folders.cache_folder() == tmp_path / ".cache" / "euar"
    assert euar("data", "list").exit_code == 0


@pytest.mark.parametrize("device", ["mps", "xpu", "meta", "cuda:x", "[red]", "cpu:0:0", "gpu"])
def test_other_devices_are_named(device, tmp_path):
    done = euar(
        "train", "simulated", "--seeds", 1, "--epochs", 1, "--device", device, "--out", tmp_path / "x"
    )
    assert done.exit_code == 2
    assert f"device: expected 'auto', 'cpu' or 'cuda', found {device!r}" in done.stderr


def test_a_terminal_that_knows_few_letters_shows_every_error(tmp_path):
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "euar", "data", "check", str(tmp_path / "é [red] ☃")]
    done = subprocess.run(command, env=environment, capture_output=True)
    assert done.returncode == 2
    assert rb"\xe9 [red] \u2603" in done.stdout + done.stderr


def test_a_warning_of_this_package_is_a_sentence_once_and_those_of_others_stay(capsys):
    place = str(Path(cli.__file__).parents[1] / "data" / "any.py")
    with pytest.warns(UserWarning, match="of another"), _console.explained():
        warnings.warn("of another", UserWarning, stacklevel=1)
        registry = {}
        for _ in range(2):
            warnings.warn_explicit("of ours", UserWarning, place, 1, "euar.data.any", registry)
    assert capsys.readouterr().err == "euar: of ours\n"
