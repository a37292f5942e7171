"""Nothing of the caller's own settings reaches a chapter: it gives the same outputs under the same key."""

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import run_book
from bookbuild import environment, record
from bookbuild.execute import Cap, ChapterError, execute
from bookbuild.layout import Chapter
from bookbuild.worker import OwnPython
from nbformat.v4 import new_code_cell, new_notebook

ROOT = Path(__file__).parents[2]
CAP = Cap(seconds=60, memory=2_000)
TELLING = """\
import locale, os, sys
import matplotlib

print(sorted(matplotlib.rcParams.items()))
print(sys.flags, sys.stdout.encoding, locale.getencoding(), sys.executable)
print([name for name in sorted(os.environ) if name.startswith(("JPY", "JUPYTER_P", "MPLB", "PYTHON", "LC_"))])
assert False, "checked" if __debug__ else ""
"""


def write_chapter(root, code, name="telling"):
    (root / "book").mkdir(exist_ok=True)
    (root / "euar").mkdir(exist_ok=True)
    (root / "euar" / "__init__.py").write_text("")
    cells = [new_code_cell("profile = None", metadata={"tags": ["parameters"]}), new_code_cell(code)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(new_notebook(cells=cells, metadata=kernel), root / "book" / f"{name}.ipynb")
    return Chapter(root, f"book/{name}", "smoke")


def told(chapter):
    done = execute(chapter, CAP)
    return nbformat.read(chapter.executed, as_version=4).cells[-1].outputs[0].text, done.key


@pytest.fixture
def stale(tmp_path):
    """A folder of Jupyter's in which the kernel of the usual name starts a Python that is gone."""
    folder = tmp_path / "jupyter" / "kernels" / "python3"
    folder.mkdir(parents=True)
    argv = ["/gone/bin/python", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": argv, "display_name": "Python 3", "language": "python"}
    (folder / "kernel.json").write_text(json.dumps(spec))
    return tmp_path / "jupyter"


def settings(folder, stale):
    """What a user may have set."""
    style = folder / "matplotlibrc"
    style.write_text("text.usetex: True\nbackend: nowhere\naxes.facecolor: red\n")
    return {
        "MATPLOTLIBRC": style, "MPLBACKEND": "TkAgg", "JPY_SESSION_NAME": "a.ipynb", "JUPYTER_PATH": stale,
        "PYTHONSAFEPATH": 1, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": 0, "PYTHONCOERCECLOCALE": 0,
        "LC_ALL": "C", "LANG": "C", "PYTHONWARNINGS": "error", "PYTHONPATH": folder, "SOURCE_DATE_EPOCH": 0,
    }  # fmt: skip


def test_settings_of_the_user_change_neither_outputs_nor_key(tmp_path, stale, monkeypatch):
    chapter = write_chapter(tmp_path, TELLING.rpartition("assert")[0])
    plain = told(chapter)
    for name, value in settings(tmp_path, stale).items():
        monkeypatch.setenv(name, str(value))
    assert record.is_current(chapter)
    assert told(chapter) == plain


@pytest.mark.parametrize("known", [True, False])
def test_no_home_and_an_unknown_user(known, tmp_path, monkeypatch):
    for name in ("HOME", "USER", "LOGNAME", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    if not known:
        monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    assert environment.clean()["HOME"] not in ("", "~")
    chapter = write_chapter(tmp_path, "import matplotlib.pyplot\nimport tempfile\n\nprint(profile)")
    assert told(chapter)[0] == "smoke\n"


def test_switches_of_python_do_not_reach_the_cells(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONOPTIMIZE", "2")
    with pytest.raises(ChapterError, match="AssertionError: checked"):
        execute(write_chapter(tmp_path, TELLING), CAP)


def test_the_kernel_is_this_python_whatever_is_installed(stale, monkeypatch):
    monkeypatch.setenv("JUPYTER_PATH", str(stale))
    manager = OwnPython(kernel_name="python3")
    assert manager.format_kernel_cmd()[0] == sys.executable


def test_where_the_data_lie_and_how_many_threads_compute_are_in_the_key(monkeypatch):
    before = record.key("smoke", [], {})
    for name in ("EUAR_DATA", "OMP_NUM_THREADS", "MKL_CBWR"):
        monkeypatch.setenv(name, "7")
        assert record.key("smoke", [], {}) != before
        before = record.key("smoke", [], {})
    monkeypatch.setenv("JPY_SESSION_NAME", "a.ipynb")
    assert record.key("smoke", [], {}) == before


def test_what_libraries_set_when_they_are_imported_is_not_in_the_key():
    code = (
        "from bookbuild import environment; before = environment.deciding(); "
        "import sklearn, torch, lightning_fabric, transformers; "
        "assert environment.deciding() == before, environment.deciding()"
    )
    clean = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = [sys.executable, "-c", code]
    subprocess.run(command, env=clean | {"PYTHONPATH": str(ROOT / "tools")}, check=True)


def test_make_hands_no_switches_of_python_on(tmp_path, stale, monkeypatch):
    for name, value in (settings(tmp_path, stale) | {"PYTHONOPTIMIZE": 2}).items():
        monkeypatch.setenv(name, str(value))
    command = ["make", "-s", "--eval", "show: ; @env", "show"]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    found = dict(line.split("=", 1) for line in shown.splitlines() if "=" in line)
    names = {name for name in found if name.startswith(("PYTHON", "MPL", "MATPLOTLIB", "JPY"))}
    assert names <= {"PYTHONUTF8", "PYTHONCOERCECLOCALE", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}
    assert found["PYTHONUTF8"] == "1"


ERRORS = ["a[red]b[/red][/]", "[/]", ":smile:", "one\n\n  two [1, 2]\nthree", "é Ω", "x" * 3_000]


@pytest.mark.parametrize("error", ERRORS, ids=ascii)
def test_an_error_is_shown_whole(error, monkeypatch, capsys, tmp_path):
    def fail(*_arguments):
        raise ChapterError(error)

    monkeypatch.setattr(run_book, "build", fail)
    monkeypatch.setattr(run_book, "ROOT", tmp_path)  # nobody else builds there
    monkeypatch.setattr(run_book, "chapters", lambda *_: [])
    monkeypatch.setattr(sys, "argv", ["run_book.py"])
    monkeypatch.setattr(sys.stdout, "reconfigure", lambda **_options: None, raising=False)
    assert run_book.main() == 1
    assert capsys.readouterr().out == f"the book was not built\n{error}\n"


@pytest.mark.parametrize("code", ["raise ValueError('one\\n[/red]\\n' + 'é' * 300)", "profile = 1 / 0"])
def test_a_cell_s_error_is_whole(code, tmp_path):
    with pytest.raises(ChapterError) as caught:
        execute(write_chapter(tmp_path, code), CAP)
    whole = (
        f"ValueError: one\n[/red]\n{'é' * 300}" if "raise" in code else "ZeroDivisionError: division by zero"
    )
    assert str(caught.value) == f"telling, cell 2 ({code}): {whole}"


def test_when_no_cell_fails_but_papermill_its_log_is_whole(tmp_path):
    chapter = write_chapter(tmp_path, "import os\n\nos._exit(3)")
    with pytest.raises(ChapterError, match=r"(?s)telling: papermill failed\n.*Traceback.*DeadKernelError"):
        execute(chapter, CAP)
