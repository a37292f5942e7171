"""`euar table` and `euar figure` in the smoke profile: cells, a second look, files, and what is refused."""

import csv
import io
import json

import pytest
from typer.testing import CliRunner

from euar import cli
from euar.experiments import store
from euar.experiments.tables.found import HOME

SMOKE = ("--profile", "smoke")


def euar(*arguments):
    return CliRunner().invoke(cli.app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """Table 1 on made-up rows of one set, two systems."""
    folder = tmp_path_factory.mktemp("smoke")
    done = euar("table", 1, *SMOKE, "--dataset", "nyud", "--systems", "qmf", "--root", folder)
    assert done.exit_code == 0, done.output
    assert "Table 1: 2 of 2 cells to measure" in done.stdout
    assert "NYU Depth V2 (made up): made-up rows; no number means anything" in done.stdout
    assert "accuracy: EUAR ahead of all" in done.stdout
    return folder


def test_what_is_there_is_not_measured_again_and_shared_by_tables(root):
    options = (*SMOKE, "--dataset", "nyud", "--systems", "qmf", "--root", root, "--dry-run")
    for number in (1, 3):
        done = euar("table", number, *options)
        assert done.stdout.count("there ") == 2
        assert f"Table {number}: 0 of 2 cells to measure" in done.stdout
    assert len(store.load_results(HOME, root)) == 2


def test_files_hold_the_papers_numbers_beside_ours(root):
    options = (*SMOKE, "--dataset", "nyud", "--systems", "qmf", "--root", root)
    found = list(csv.DictReader(io.StringIO(euar("table", 1, *options, "--csv").stdout)))
    (qmf,) = [line for line in found if (line["row"], line["metric"]) == ("QMF", "accuracy")]
    assert float(qmf["paper"]) == pytest.approx(0.7009)
    assert qmf["over"] == "seeds and rows"
    assert qmf["verdict"] in ("confirmed", "not confirmed", "undecidable")
    same = json.loads(euar("table", 1, *options, "--json").stdout)
    assert [line["row"] for line in same] == [line["row"] for line in found]
    assert "\\toprule" in euar("table", 1, *options, "--latex").stdout


def test_smoke_without_a_root_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = euar("table", 4, *SMOKE, "--dataset", "mosi", "--dry-run")
    assert "Table 4: 4 of 4 cells to measure" in done.stdout
    assert not list(tmp_path.iterdir())


def test_a_figure_is_drawn_with_its_numbers(root, tmp_path):
    file = tmp_path / "made.png"
    options = (*SMOKE, "--dataset", "nyud", "--systems", "mlp-experts", "--root", root)
    done = euar("figure", 3, *options, "--out", file)
    assert done.exit_code == 0, done.output
    assert "Figure 3: 1 of 2 cells to measure" in done.stdout  # EUAR is there from Table 1
    assert file.read_bytes().startswith(b"\x89PNG")
    assert "could have been" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("table", 1, "--systems", "qfm"), "systems: expected some of default"),
        (("table", 4, "--dataset", "mvsa"), "dataset: Table 4 has nothing of mvsa"),
        (("table", 1, "--csv", "--json"), "table: expected one of --csv, --json and --latex"),
        (("table", 1, "--dataset", "nowhere"), "nowhere"),
        (("figure", 4, "--no-measure"), "Figure 4: nothing of it was measured"),
    ],
)
def test_what_cannot_be_is_exit_2(arguments, words, tmp_path):
    done = euar(*arguments, *SMOKE, "--root", tmp_path)
    assert done.exit_code == 2
    assert words in done.stderr
