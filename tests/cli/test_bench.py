"""`euar bench`: runs the benchmarks of the checkout that one stands in."""

import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks import NAMES, record
from euar import cli

ROOT = Path(__file__).parents[2]


def bench(*arguments):
    return CliRunner().invoke(cli.app, ["bench", *(str(argument) for argument in arguments)])


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """What `record.run` was asked for; it measures nothing."""
    calls = []

    def run(*arguments):
        calls.append(arguments)
        return [tmp_path / "layer.json"]

    monkeypatch.setattr(record, "run", run)
    monkeypatch.setattr(sys, "path", list(sys.path))
    return calls


@pytest.mark.parametrize("folder", [ROOT, ROOT / "tests" / "cli"])
def test_it_prints_the_records_of_the_checkout_around(folder, asked, monkeypatch, tmp_path):
    monkeypatch.chdir(folder)
    done = bench("layer", "step", "--quick", "--out", tmp_path)
    assert done.exit_code == 0, done.output
    assert done.stdout == f"{tmp_path / 'layer.json'}\n"
    assert asked == [(["layer", "step"], "cpu", True, tmp_path)]


def test_outside_a_checkout_it_says_what_to_do(asked, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    done = bench("all")
    assert done.exit_code == 2
    assert done.stderr.startswith("euar: bench: expected a checkout")
    assert "clone the repository" in done.stderr
    assert not asked


def test_its_help_names_every_benchmark():
    told = " ".join(bench("--help").stdout.replace("│", " ").split())
    assert f"{', '.join(NAMES[:-1])} and {NAMES[-1]}, or all." in told


def test_an_unknown_benchmark_is_one_sentence(monkeypatch, tmp_path):
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(sys, "path", list(sys.path))
    done = bench("speed", "--out", tmp_path)
    assert done.exit_code == 2
    assert "found 'speed'" in done.stderr
