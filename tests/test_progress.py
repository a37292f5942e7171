import builtins
import importlib.util
import io

import pytest

from euar import progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_silent_without_a_terminal(capsys):
    with progress.progress_bar(None, 3) as tick:
        tick("text", 3)
    assert capsys.readouterr() == ("", "")


def test_a_bar_on_standard_error_when_asked(capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    with progress.progress_bar(True, 3) as tick:
        tick("seed 0, validation 0.512", 3)
    out, err = capsys.readouterr()
    assert out == ""
    assert "seed 0" in err


@pytest.mark.parametrize("wanted", [None, False])
def test_rich_is_not_needed(wanted, monkeypatch):
    real = builtins.__import__

    def without_rich(name, *args, **kwargs):
        if name.startswith("rich"):
            raise ModuleNotFoundError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without_rich)
    monkeypatch.setattr(progress, "find_spec", lambda name: None)
    monkeypatch.setattr("sys.stderr", Terminal())
    with progress.progress_bar(wanted, 3) as tick:
        tick("text", 3)


def test_a_terminal_gets_a_bar(monkeypatch):
    assert importlib.util.find_spec("rich")
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with progress.progress_bar(None, 3) as tick:
        tick("text", 3)
    assert "text" in terminal.getvalue()
