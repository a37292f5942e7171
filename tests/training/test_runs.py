import math
import statistics

import numpy as np
import pytest

from euar.training import Run, Runs, fit
from tests.training.tiny import TinyConfig, dataset


@pytest.fixture(scope="module")
def runs():
    return fit(TinyConfig(), dataset(), seeds=range(3), epochs=2, lr=0.05, device="cpu")


def test_runs_are_a_sequence(runs):
    assert len(runs) == 3
    assert [run.seed for run in runs] == [0, 1, 2]
    assert runs[-1] is runs[2]
    assert isinstance(runs[:2], Runs)
    assert [run.seed for run in runs[1:]] == [1, 2]


def test_summary_is_mean_sd_and_number(runs):
    errors = [run.metrics["test"]["mae"] for run in runs]
    mean, sd, n = runs.summary()["mae"]
    assert runs.values("mae") == errors
    assert (mean, sd, n) == (
        pytest.approx(statistics.mean(errors)),
        pytest.approx(statistics.stdev(errors)),
        3,
    )
    assert list(runs.summary()) == list(runs[0].metrics["test"])
    assert runs.summary("valid")["mae"].mean == pytest.approx(np.mean(runs.values("mae", "valid")))


def test_one_run_has_no_spread(runs):
    mean, sd, n = runs[:1].summary()["mae"]
    assert math.isnan(sd)
    assert n == 1
    assert str(runs[:1].summary()["mae"]) == f"{mean:.3f}"


def test_an_undefined_metric_stays_undefined(runs):
    broken = Run(0, runs[0].model, 1, [], {"valid": {}, "test": {"corr": math.nan}}, {}, 0.0)
    assert math.isnan(Runs([broken, broken]).summary()["corr"].mean)


def test_both_ways_to_show_it(runs):
    shown = str(runs.summary()["mae"])
    assert "±" in shown
    assert shown in repr(runs)
    assert f"| mae | {shown} |" in runs._repr_markdown_()


def test_save_and_load(runs, tmp_path):
    assert runs.save(tmp_path) == tmp_path
    assert {path.name for path in tmp_path.iterdir()} == {"seed-0", "seed-1", "seed-2"}
    run, again = runs[1], Run.load(tmp_path / "seed-1", TinyConfig().build())
    assert (again.seed, again.best_epoch, again.seconds) == (run.seed, run.best_epoch, run.seconds)
    assert (again.history, again.metrics) == (run.history, run.metrics)
    for split, values in run.predictions.items():
        assert np.array_equal(again.predictions[split], values)
    for name, weight in run.model.state_dict().items():
        assert (again.model.state_dict()[name] == weight).all()


def test_paths_may_be_words(runs, tmp_path):
    runs[1].save(str(tmp_path))
    assert Run.load(str(tmp_path), TinyConfig().build()).metrics == runs[1].metrics


def test_nan_survives_the_trip_through_json(runs, tmp_path):
    metrics = {split: {**runs[0].metrics[split], "corr": math.nan} for split in ("valid", "test")}
    history = [{**epoch, "valid_corr": math.nan} for epoch in runs[0].history]
    Run(0, runs[0].model, 1, history, metrics, runs[0].predictions, 1.0).save(tmp_path)
    assert "NaN" not in (tmp_path / "run.json").read_text()
    again = Run.load(tmp_path, TinyConfig().build())
    assert math.isnan(again.metrics["test"]["corr"])
    assert math.isnan(again.history[0]["valid_corr"])
