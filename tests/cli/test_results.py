"""`euar results`: tables with titles, filters, and lines for other programs."""

import csv
import io
import json

import pytest
from typer.testing import CliRunner

from euar import cli
from euar.experiments import store
from euar.experiments.measurement import Result
from tests.training.tiny import dataset


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return str(dataset(80).to_hdf5(tmp_path_factory.mktemp("data") / "tiny.h5"))


def euar(*arguments):
    return CliRunner().invoke(cli.app, [str(argument) for argument in arguments])


def test_results_of_the_package(data, tmp_path, monkeypatch):
    euar("train", data, "--seeds", 2, "--epochs", 1, "--out", tmp_path / "run")
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    store.save_result(Result(result, {}), tmp_path / "results")
    monkeypatch.setattr(store, "resource", lambda name: tmp_path / name)
    assert euar("results").stdout == "train: 1\n"
    shown = euar("results", "train")
    assert shown.exit_code == 0
    assert result["key"] in shown.stdout
    assert "older code" not in shown.stdout
    assert euar("results", "table-9").exit_code == 2


def test_results_of_older_code_say_so(data, tmp_path, monkeypatch):
    euar("train", data, "--seeds", 2, "--epochs", 1, "--out", tmp_path / "run")
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    result["code"]["sha256"] = "0" * 64
    store.save_result(Result(result, {}), tmp_path / "results")
    monkeypatch.setattr(store, "resource", lambda name: tmp_path / name)
    assert "measured with older code" in euar("results", "train").stdout


def test_a_damaged_result_is_one_block_and_exit_2(tmp_path, monkeypatch):
    path = tmp_path / "results" / "train" / "0.json"
    path.parent.mkdir(parents=True)
    path.write_text("{")
    monkeypatch.setattr(store, "resource", lambda name: tmp_path / name)
    done = euar("results", "train")
    assert done.exit_code == 2
    assert done.stderr.startswith(f"euar: {path}: expected a JSON object in UTF-8, found JSONDecodeError")


@pytest.fixture(scope="module")
def root(data, tmp_path_factory):
    """Results of two systems at two rates."""
    folder = tmp_path_factory.mktemp("root")
    for system, lr in (("default", 0.01), ("default", 0.02), ("concat", 0.01)):
        out = folder / f"{system}-{lr}"
        options = ["--system", system, "--lr", lr, "--seeds", 2, "--epochs", 1, "--out", out]
        assert euar("train", data, *options).exit_code == 0
        result = json.loads((out / "result.json").read_text())
        store.save_result(Result(result, {}), folder / "results")
    return folder / "results"


def test_another_root_is_read(root):
    assert euar("results", "--root", root).stdout == "train: 3\n"


def test_trainings_are_shown_as_results_are(root):
    shown = euar("results", "--root", root.parent).stdout
    for title in ("default, lr=0.01", "default, lr=0.02", "concat, lr=0.01"):
        assert shown.count(title) == 1
    one = json.loads(euar("results", "concat-0.01", "--root", root.parent, "--json").stdout)
    assert {line["result"] for line in one} == {"concat"}


@pytest.mark.parametrize("options", [[], ["--csv"]])
def test_a_folder_without_results_is_said(options, tmp_path):
    done = euar("results", "--root", tmp_path / "nowhere", *options)
    assert (done.exit_code, done.stderr) == (2, "euar: no results; there are none at all\n")


def test_titles_tell_tables_apart(root):
    shown = euar("results", "train", "--root", root).stdout
    for title in ("default, lr=0.01", "default, lr=0.02", "concat, lr=0.01"):
        assert shown.count(title) == 1


@pytest.mark.parametrize(
    ("options", "n"),
    [
        (["--only", "lr=0.01"], 2),
        (["--only", "concat"], 1),
        (["--data", "tiny"], 3),
        (["--data", "mosi"], 0),
        (["--current"], 3),
        (["--only", "ridge"], 0),
    ],
)
def test_filters(options, n, root):
    done = euar("results", "train", "--root", root, *options)
    assert done.exit_code == (0 if n else 2)
    assert done.stdout.count("paired by seed") == n
    assert n or "none of 3 results fits the options; titles are " in done.stderr


def test_csv_and_json_hold_every_number(root):
    options = ("results", "train", "--root", root)
    lines = list(csv.DictReader(io.StringIO(euar(*options, "--csv").stdout)))
    same = json.loads(euar(*options, "--json").stdout)
    assert len(lines) == len(same) == 3 * 3 * 9  # results, rows (trained, ridge, constant), metrics
    for path in (root / "train").glob("*.json"):
        result = json.loads(path.read_text())
        values = [run["test"]["mae"] for run in result["runs"]]
        for found in ([one for one in kept if one["key"] == path.stem] for kept in (lines, same)):
            by_row = {one["row"]: one for one in found if one["metric"] == "mae"}
            trained = by_row[next(row for row in by_row if row not in result["baselines"])]
            assert float(trained["mean"]) == pytest.approx(sum(values) / 2)
            assert float(trained["sd"]) == pytest.approx(abs(values[0] - values[1]) / 2**0.5)
            assert int(trained["n"]) == 2
            assert float(by_row["ridge"]["mean"]) == result["baselines"]["ridge"]["mae"]
    undefined = [one for one in lines if one["row"] == "constant" and one["metric"] == "corr"]
    assert {(one["mean"], one["sd"]) for one in undefined} == {("", "")}


def test_latex_is_a_table_of_one_metric(root):
    shown = euar("results", "train", "--root", root, "--latex", "--metric", "acc2_has_zero").stdout
    head, *body = [line for line in shown.splitlines() if line.endswith(r"\\")]
    assert head == r"result &  & acc2\_has\_zero \\"
    assert len(body) == 9
    assert all(line.count("&") == 2 for line in body)
    assert shown.count(r"\begin{tabular}{llr}") == shown.count(r"\end{tabular}") == 1
    assert "$0." in shown


def test_probes_are_exported_too():
    done = euar("results", "data_and_leaks", "--csv", "--metric", "accuracy")
    rows = {line["row"] for line in csv.DictReader(io.StringIO(done.stdout))}
    assert {"image", "text", "logistic", "majority"} <= rows


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--csv", "--json"], "expected one of --csv, --json and --latex"),
        (["--csv", "--metric", "x"], "metric: expected one of mae, corr"),
    ],
)
def test_options_that_do_not_fit_are_one_block(options, words, root):
    done = euar("results", "train", "--root", root, *options)
    assert done.exit_code == 2
    assert words in done.stderr
