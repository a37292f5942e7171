"""New rows through a trained run: as in training, in the user's units, by id."""

import csv

import numpy as np
import pytest
import torch

from euar.data import DataError, MultimodalDataset
from euar.systems import find
from euar.training import Preprocessing, fit
from euar.training.predictions import Predictions, predict_rows
from tests.training.tiny import TinyConfig, dataset

WIDTHS = {"a": 3, "b": 2}
SETTINGS = {"epochs": 2, "lr": 0.01, "device": "cpu"}


def trained(data, system="default", seeds=(0, 3), **changes):
    classes = data.task == "classification"
    config = find(system).configure(WIDTHS, task=data.task, outputs=3 if classes else 1, **changes)
    return fit(config, data, seeds=seeds, **SETTINGS)


@pytest.fixture(scope="module")
def runs():
    return trained(dataset())


def new_rows(data, keep=slice(None), **changes):
    """Rows of a set, without labels."""
    fields = {
        "modalities": {m: x[keep] for m, x in data.modalities.items()},
        "available": {m: x[keep] for m, x in data.available.items()},
        "ids": data.ids[keep],
    }
    return MultimodalDataset.unlabelled(name="new", **fields | changes)


@pytest.mark.parametrize("factor", [1, 25])
def test_new_rows_are_predicted_as_the_test_rows_were(factor):
    data = dataset(target=dataset().target * np.float32(factor))
    at = data.split == "test"
    for run in trained(data):
        table = run.predict(new_rows(data, at))
        assert table.ids.tolist() == data.ids[at].tolist()
        assert table.values == pytest.approx(run.predictions["test"], abs=1e-6 * factor)
        alone = run.predict(new_rows(data, [5]))
        assert alone.values == pytest.approx(table.values[table.ids == data.ids[5]], abs=1e-5) or not at[5]


def test_labels_and_splits_of_new_rows_do_not_count(runs):
    data = dataset()
    other = dataset(target=-data.target, split=np.array(["test"] * len(data)))
    assert np.array_equal(runs[0].predict(data).values, runs[0].predict(other).values)


def test_an_announced_error_comes_in_the_users_units_with_an_interval(runs):
    assert runs[0].predict(dataset()).sd is None and "low" not in runs[0].predict(dataset()).columns
    small, large = (dataset(target=dataset().target * np.float32(factor)) for factor in (25, 250))
    tables = [trained(data, "calibrated")[0].predict(data) for data in (small, large)]
    assert tables[1].sd == pytest.approx(10 * tables[0].sd, rel=1e-3)
    columns = tables[0].columns
    assert list(columns) == ["id", "prediction", "sd", "low", "high"]
    assert columns["high"] - columns["prediction"] == pytest.approx(1.6449 * columns["sd"], rel=1e-3)
    assert columns["prediction"] - columns["low"] == pytest.approx(1.6449 * columns["sd"], rel=1e-3)
    assert trained(dataset(classes=3), "calibrated")[0].predict(dataset(classes=3)).sd is None


def test_several_seeds_announce_the_error_of_their_mixture():
    data = dataset()
    runs = trained(data, "calibrated")
    each, together = [run.predict(data) for run in runs], runs.predict(data)
    mean = np.mean([table.values for table in each], axis=0)
    squares = [table.sd**2 + (table.values - mean) ** 2 for table in each]
    assert together.sd == pytest.approx(np.mean(squares, axis=0) ** 0.5, rel=1e-5)
    assert (together.sd >= np.min([table.sd for table in each], axis=0)).all()


def test_several_seeds_give_their_mean(runs):
    each = [run.predict(dataset()).values for run in runs]
    assert not np.array_equal(*each)
    assert runs.predict(dataset()).values == pytest.approx(np.mean(each, axis=0), abs=1e-6)


def test_classes_come_with_their_names_and_probabilities():
    data = dataset(classes=3, meta={"classes": ["no", "so", "yes"]})
    runs = trained(data)
    each = [torch.tensor(run.predictions["test"]).softmax(dim=1).numpy() for run in runs]
    table = runs.predict(data.subset(split="test"))
    assert table.values == pytest.approx(np.mean(each, axis=0), abs=1e-6)
    columns = table.columns
    assert list(columns) == ["id", "prediction", "p(no)", "p(so)", "p(yes)"]
    names = np.array(["no", "so", "yes"])[np.mean(each, axis=0).argmax(axis=1)]
    assert columns["prediction"].tolist() == names.tolist()


def test_rows_that_say_they_are_scaled_are_taken_only_by_the_same_scales(runs):
    data = dataset()
    raw = runs[0].predict(data).values
    assert runs[0].predict(data.standardize()).values == pytest.approx(raw, abs=1e-6)
    other = dataset(seed=1).standardize()
    with pytest.raises(
        DataError, match="found rows standardised by other scales; pass the rows in raw units"
    ):
        runs[0].predict(other)


def test_a_modality_that_is_missing_is_said_aloud_and_not_available(runs):
    data = dataset()
    without = new_rows(data.with_modalities(["a"]))
    with pytest.warns(UserWarning, match="new: no b: predicted without"):
        found = runs[0].predict(without).values
    nowhere = new_rows(data, available={"b": np.zeros(len(data), dtype=bool)})
    assert found == pytest.approx(runs[0].predict(nowhere).values, abs=1e-6)


def test_a_modality_that_training_did_not_have_is_said_aloud(runs):
    data = dataset()
    more = new_rows(data, modalities={"c": np.ones((120, 4), np.float32), **data.modalities})
    with pytest.warns(UserWarning, match="new: c left out: not in training"):
        assert np.array_equal(runs[0].predict(more).values, runs[0].predict(data).values)


def test_the_order_of_modalities_in_new_rows_does_not_matter(runs):
    swapped = new_rows(dataset().with_modalities(["b", "a"]))
    assert np.array_equal(runs[0].predict(swapped).values, runs[0].predict(dataset()).values)


@pytest.mark.parametrize(
    ("modalities", "field", "found"),
    [
        ({"text": 3}, "modalities", "text"),
        ({"a": 4, "b": 2}, "modalities/a", "4"),
    ],
)
def test_rows_that_do_not_fit_are_named(modalities, field, found, runs):
    features = {m: np.ones((2, width), np.float32) for m, width in modalities.items()}
    with pytest.raises(DataError) as caught:
        runs[0].predict(MultimodalDataset.unlabelled("new", features, ["x", "y"]))
    assert (caught.value.file, caught.value.field, caught.value.found) == ("new", field, found)


def test_features_of_another_extractor_are_refused():
    trained_on = dataset(meta={"features": {"a": "minilm"}})
    run = trained(trained_on, seeds=(0,))[0]
    run.predict(trained_on)
    with pytest.raises(DataError, match="modalities/a: expected features of minilm, as in training, found"):
        run.predict(dataset(meta={"features": {"a": "bert"}}))


def test_a_constant_column_of_training_tells_nothing_later():
    data = dataset()
    a = np.array(data.modalities["a"])
    a[data.split == "train", 1] = 4.0
    run = trained(dataset(modalities={**data.modalities, "a": a}), seeds=(0,))[0]
    moved = np.array(a)
    moved[:, 1] = 1e6
    again = Preprocessing.from_dict(run.preprocessing.to_dict())
    assert np.array_equal(again.scales["a"], run.preprocessing.scales["a"])
    for rows in (a, moved):
        found = run.predict(dataset(modalities={**data.modalities, "a": rows})).values
        assert found[data.split == "test"] == pytest.approx(run.predictions["test"], abs=1e-6)


@pytest.mark.parametrize("changes", [{}, {"kl_experts": "selected"}, {"kl_experts": "selected", "k": 8}])
def test_routing_and_sigma_by_hand(changes):
    data = dataset()
    (run,) = trained(data, seeds=(0,), **changes)
    columns = run.predict(data, routing=True, sigma=True).columns
    standard, there = data.standardize().modalities, data.available["b"]
    out = run.model({m: torch.tensor(x) for m, x in standard.items()}, {"b": torch.tensor(there)})
    k = changes.get("k", 3)
    for m, rows in {"a": np.full(120, True), "b": there}.items():
        probs, moe = out.moe[m].routing.probs.detach(), run.model.moes[m]
        variance = moe.experts(run.model.projections[m](torch.tensor(standard[m]))).variance.detach()
        for row in np.flatnonzero(rows)[:20]:
            best = probs[row].argsort(descending=True)[:k]
            found = [columns[f"{m}:expert-{place + 1}"][row] for place in range(k)]
            assert found == best.tolist()
            weights = [columns[f"{m}:weight-{place + 1}"][row] for place in range(k)]
            assert weights == pytest.approx(probs[row][best].tolist(), abs=1e-5)
            passed = sum(probs[row, j] ** 2 * variance[row, j] for j in best)
            assert columns[f"{m}:sigma"][row] == pytest.approx(float(passed.mean().sqrt()), abs=1e-5)
    assert (columns["b:expert-1"][~there] == -1).all()
    assert np.isnan(columns["b:weight-1"][~there]).all()
    assert np.isnan(columns["b:sigma"][~there]).all()


def test_of_several_seeds_each_has_its_own_routing(runs):
    table = runs.predict(dataset(), routing=True)
    for run in runs:
        own = run.predict(dataset(), routing=True).inside
        assert np.array_equal(table.inside[f"seed-{run.seed}:a:expert-1"], own["a:expert-1"])


@pytest.mark.parametrize(
    ("system", "asked", "words"),
    [
        ("concat", "routing", "Concat has no gated experts; leave them out"),
        ("mlp-experts", "sigma", "sigma: the experts of this system have none"),
    ],
)
def test_what_a_system_does_not_have_is_said(system, asked, words):
    (run,) = trained(dataset(), system, seeds=(0,))
    with pytest.raises(ValueError, match=words):
        run.predict(dataset(), **{asked: True})
    if system == "mlp-experts":
        assert "a:weight-1" in run.predict(dataset(), routing=True).columns


def test_a_table_as_csv_gives_its_numbers_back(tmp_path):
    inside = {"b:sigma": np.array([np.nan, 0.1], np.float32), "b:expert-1": np.array([-1, 3])}
    table = Predictions(np.array(["x, é", 'y"']), np.array([0.1, -2 / 3], np.float32), inside=inside)
    path = table.to_csv(str(tmp_path / "deep" / "p.csv"))
    with path.open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    assert header == ["id", "prediction", "b:sigma", "b:expert-1"]
    assert [row[0] for row in rows] == ["x, é", 'y"']
    assert [np.float32(row[1]) for row in rows] == table.values.tolist()
    assert [row[2:] for row in rows] == [["", "-1"], ["0.1", "3"]]


def test_the_global_generator_and_the_mode_stay_as_they_were(runs):
    model = runs[0].model.train()
    before = torch.get_rng_state()
    predict_rows({0: model}, runs.preprocessing, dataset(), routing=True, sigma=True)
    assert torch.equal(torch.get_rng_state(), before)
    assert model.training
    model.eval()


def test_preprocessing_says_what_was_learned(runs):
    learned, standard = runs[1].preprocessing, dataset()
    assert (learned.modalities, learned.classes) == (("a", "b"), ())
    seen = (standard.split == "train") & standard.available["b"]
    assert learned.means["b"] == pytest.approx(standard.modalities["b"][seen].mean(axis=0), abs=1e-5)
    assert learned.scales["b"] == pytest.approx(standard.modalities["b"][seen].std(axis=0), abs=1e-5)


def test_a_configuration_without_words_still_predicts():
    class Bare:
        def build(self):
            return TinyConfig().build()

    (run,) = fit(Bare(), dataset(), **SETTINGS)
    assert run.predict(dataset().subset(split="test")).values == pytest.approx(run.predictions["test"])
