"""`euar compare`: the numbers against NumPy and SciPy, the words, and what cannot be compared."""

import json

import numpy as np
import pytest
from scipy import stats
from typer.testing import CliRunner

from euar import cli
from euar.data import MultimodalDataset
from euar.experiments import compare
from tests.training.tiny import dataset


def euar(*arguments):
    return CliRunner().invoke(cli.app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """The data file, and the folder of two systems that were trained on it."""
    folder = tmp_path_factory.mktemp("runs")
    file = dataset(200).to_hdf5(folder / "tiny.h5")
    options = ["--preset", "default,concat", "--seeds", 3, "--epochs", 2, "--out", folder]
    assert euar("train", file, *options).exit_code == 0
    return file, folder


def errors(file, folder):
    """|prediction - target| of each seed and test row."""
    data = MultimodalDataset.from_hdf5(file).subset(split="test")
    said = [np.load(folder / f"seed-{seed}" / "predictions.npz")["test"] for seed in range(3)]
    return np.abs(np.stack(said) - data.target)


def test_the_difference_is_that_of_the_predictions(runs):
    file, folder = runs
    pair = [compare.read_side(folder / name) for name in ("default", "concat")]
    (found,) = [one for one in compare.differences(*pair) if one.metric == "mae"]
    gaps = errors(file, folder / "default") - errors(file, folder / "concat")
    by_seed = stats.ttest_1samp(gaps.mean(axis=1), 0).confidence_interval(0.95)
    assert found.over_seeds[:3] == pytest.approx((gaps.mean(), *by_seed), abs=1e-6)
    assert found.over_both.effect.mean == pytest.approx(gaps.mean())
    assert found.over_both.se_seeds == pytest.approx(gaps.mean(axis=1).std(ddof=1) / 3**0.5)
    assert found.effect == found.over_both.effect


def test_the_command_says_it_in_words(runs):
    file, folder = runs
    done = euar("compare", folder / "default", folder / "concat" / "result.json")
    assert done.exit_code == 0, done.output
    gap = (errors(file, folder / "default") - errors(file, folder / "concat")).mean()
    assert f"mae {gap:+.3f} [" in done.stdout
    assert "over 3 seeds and" in done.stdout
    assert f"A (default): {folder / 'default'}" in done.stdout
    assert "with rows" in done.stdout


def test_a_run_and_itself_do_not_differ(runs):
    _, folder = runs
    assert "no seed and no row differs" in euar("compare", folder / "concat", folder / "concat").stdout


def side(value, low, high, metric="mae"):
    effect = compare.Interval(value, low, high, 5)
    return compare.Difference(metric, effect, None, 0.025)


@pytest.mark.parametrize(
    ("difference", "words"),
    [
        (side(-0.02, -0.03, -0.01), "A is better"),
        (side(0.02, 0.01, 0.03), "B is better"),
        (side(0.02, 0.01, 0.03, "accuracy"), "A is better"),
        (side(0.02, -0.01, 0.05), "cannot be told apart: mae +0.020 [-0.010, +0.050] over 5 seeds;"),
        (side(0.02, -0.01, 0.05), "true difference of 0.025 would have been found in four of five tries"),
        (side(0.02, np.nan, np.nan), "nothing can be said about other seeds"),
    ],
)
def test_the_verdict(difference, words):
    assert words in compare.verdict(difference, ("A", "B"))


def test_seeds_are_paired_by_number(runs, tmp_path):
    file, folder = runs
    euar("train", file, "--preset", "concat", "--seeds", "2,1", "--epochs", 2, "--out", tmp_path)
    pair = [compare.read_side(folder / "default"), compare.read_side(tmp_path)]
    (found,) = [one for one in compare.differences(*pair) if one.metric == "mae"]
    gaps = (errors(file, folder / "default") - errors(file, folder / "concat"))[[1, 2]]
    assert found.over_seeds.mean == pytest.approx(gaps.mean(), abs=1e-6)
    assert found.over_both.effect.mean == pytest.approx(gaps.mean())


def test_a_moved_data_set_is_named_by_an_option(runs, tmp_path):
    file, folder = runs
    moved = tmp_path / "moved.h5"
    moved.write_bytes(file.read_bytes())
    result = folder / "default" / "result.json"
    before = result.read_text()
    try:
        result.write_text(before.replace(str(file), str(tmp_path / "gone.h5")))
        pair = (folder / "default", folder / "concat")
        assert "gone.h5" in euar("compare", *pair).stderr
        assert euar("compare", *pair, "--data", moved).exit_code == 0
        other = dataset(120).to_hdf5(tmp_path / "other.h5")
        done = euar("compare", *pair, "--data", other)
        assert (done.exit_code, "expected the rows of" in done.stderr) == (2, True)
    finally:
        result.write_text(before)


def test_integer_labels_mean_what_they_meant_in_training(tmp_path):
    data, source = dataset(200), tmp_path / "data"
    source.mkdir()
    rows = enumerate(zip(data.ids, data.split, strict=True))
    lines = ["id,label,split", *(f"{name},{n % 5},{split}" for n, (name, split) in rows)]
    (source / "labels.csv").write_text("\n".join(lines))
    np.save(source / "a.npy", data.modalities["a"])
    for task, metric in (("regression", "mae"), ("classification", "accuracy")):
        options = ["--task", task, "--preset", "default,concat", "--seeds", 2, "--epochs", 1]
        assert euar("train", source, *options, "--out", tmp_path / task).exit_code == 0
        done = euar("compare", *(tmp_path / task / name for name in ("default", "concat")))
        assert done.exit_code == 0, done.output
        assert f"{metric} " in done.stdout
        assert "with rows" in done.stdout


@pytest.mark.parametrize("what", ["data", "seeds", "probes", "nothing"])
def test_what_cannot_be_compared_is_one_block(what, runs, tmp_path):
    _, folder = runs
    other = json.loads((folder / "concat" / "result.json").read_text())
    if what == "data":
        other["data"]["sha256"] = "0" * 64
    if what == "seeds":
        other["runs"] = [{**run, "seed": 10 + run["seed"]} for run in other["runs"]]
    if what == "probes":
        del other["runs"]
    if what != "nothing":
        (tmp_path / "result.json").write_text(json.dumps(other))
    done = euar("compare", folder / "default", tmp_path)
    assert done.exit_code == (1 if what == "nothing" else 2)
    expected = {
        "data": "expected the same data in all",
        "seeds": "seeds: expected some in common, found [0, 1, 2] and [10, 11, 12]",
        "probes": "expected a result with trained runs",
        "nothing": "result.json",
    }
    assert expected[what] in done.stderr
    assert "Traceback" not in done.output


def test_without_predictions_seeds_alone_are_compared(runs, tmp_path):
    _, folder = runs
    paths = []
    for name in ("default", "concat"):
        result = json.loads((folder / name / "result.json").read_text())
        path = tmp_path / "train" / f"{result['key']}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(result))
        paths.append(path)
    done = euar("compare", *paths)
    assert done.exit_code == 0, done.output
    assert "rows" not in done.stdout.replace("training rows", "")
