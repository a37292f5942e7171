"""The command line as a whole: quick help, the version, the missing extra, and Ctrl-C while modules load."""

import os
import re
import signal
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import nbformat
import pytest
from typer.core import TyperGroup
from typer.testing import CliRunner

import euar
from euar import cli
from euar.cli import _seeds

ROOT = Path(__file__).parents[2]
HEAVY = {"torch", "numpy", "h5py", "matplotlib", "sklearn", "scipy"}

#: Runs the command line with a module that takes a minute to load and says when that begins.
SLOW = """
import sys, time

class Slow:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            print("loading", flush=True)
            time.sleep(60)

sys.meta_path.insert(0, Slow())
sys.argv = ["euar", "results", "quick_start"]
from euar.__main__ import main
main()
"""


def run(*arguments):
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("option", ["--help", "-h", "--version"])
def test_help_and_version_load_nothing_heavy(option):
    code = f"import sys; sys.argv = ['euar', '{option}']\ntry:\n  from euar.__main__ import main; main()\n"
    done = run("-c", f"{code}finally:\n  print('loaded', *sorted({HEAVY} & sys.modules.keys()))")
    assert done.stdout.splitlines()[-1] == "loaded"


def test_the_version_is_the_packages():
    assert CliRunner().invoke(cli.app, ["--version"]).stdout == f"euar {euar.__version__}\n"


def test_a_folder_that_was_removed_is_no_reason_to_fail(tmp_path):
    code = f"""
import os, sys
os.rmdir({str(tmp_path)!r})
sys.path.insert(0, {str(ROOT)!r})
sys.argv = ["euar", "--version"]
from euar.__main__ import main
main()
"""
    command = [sys.executable, "-P", "-c", code]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, f"euar {euar.__version__}\n"), done.stderr


@pytest.mark.parametrize("command", [[], *([name] for name in cli.COMMANDS), ["data", "check"]])
def test_a_short_option_helps_everywhere(command):
    short, long = (CliRunner().invoke(cli.app, [*command, option]) for option in ("-h", "--help"))
    assert short.exit_code == 0
    assert short.stdout == long.stdout
    assert "Usage" in short.stdout


def test_every_module_is_a_command():
    modules = {path.stem for path in Path(cli.__file__).parent.glob("[!_]*.py")}
    assert modules == set(cli.COMMANDS)
    assert all(hasattr(import_module(f"euar.cli.{name}"), "app") for name in modules)


def test_an_unknown_command_is_exit_2():
    done = CliRunner().invoke(cli.app, ["dato"])
    assert done.exit_code == 2
    assert "No such command 'dato'" in done.output


@pytest.mark.parametrize("module", ["typer", "torch", "scipy"])
def test_an_interrupt_while_modules_load_is_130_without_traceback(module):
    command = [sys.executable, "-c", SLOW.format(module=module)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "loading\n"
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert said.startswith("euar: stopped")
    assert said.count("\n") == 1


def test_an_interrupt_while_arguments_are_read_is_said(monkeypatch):
    def interrupted(*_args, **_settings):
        raise KeyboardInterrupt  # typer 0.29 loads pydantic here, and leaves without a word

    monkeypatch.setattr(TyperGroup, "make_context", interrupted)
    done = CliRunner().invoke(cli.app, ["results"])
    assert (done.exit_code, done.stderr) == (130, "euar: stopped\n")


@pytest.mark.parametrize("missing", ["typer", "rich"])
def test_without_the_extra_one_line_says_what_to_install(missing):
    code = f"import sys; sys.modules |= {{'{missing}': None, '{missing}.console': None}}; import euar.cli"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=os.environ, check=False
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert 'pip install "euar[cli]"' in done.stderr


@pytest.mark.parametrize(
    ("text", "seeds"), [("5", (0, 1, 2, 3, 4)), ("1", (0,)), ("0,3,7", (0, 3, 7)), ("3,", (3,))]
)
def test_seeds(text, seeds):
    assert _seeds.parse_seeds(text) == seeds


def test_readme_and_introduction_open_a_chapter_with_an_extra_that_is_there():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    lab = [re.match(r"[\w-]+", need)[0] for need in extras["jupyter"]]
    assert {"jupyterlab", "jupyterlab-myst", "ipykernel", "ipywidgets"} <= set(lab)
    intro = nbformat.read(ROOT / "book/intro.ipynb", as_version=4)
    for text in ((ROOT / "README.md").read_text(), "\n".join(cell.source for cell in intro.cells)):
        assert '".[jupyter]"' in text
        assert "jupyter lab book/quick_start.ipynb" in text
        assert set(re.findall(r"\.\[(\w+)\]", text)) <= set(extras)
