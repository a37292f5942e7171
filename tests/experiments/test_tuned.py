"""Rows whose encoders train along: few seeds choose the rates for all; a row goes on where it was stopped."""

import dataclasses
from dataclasses import dataclass, replace

import numpy as np
import pytest

from euar.data.features import Corruption
from euar.encoders import FeaturesConfig, TextEncoderConfig
from euar.experiments import tuned
from euar.experiments.tuned import Tuned
from euar.training import Recipe, fit, predict
from euar.training.raw_source import RawSource
from euar.training.scoring import scores
from tests.data.features import sources
from tests.encoders.tiny import bert
from tests.experiments.schema import validate

RECIPE = Recipe(epochs=1, batch_size=4)
FACTORS = (0.5, 2.0)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Texts, two columns of style that a test row lacks, and a column that nobody asks for."""
    made = sources.dataset(tmp_path_factory.mktemp("pictures"), ["good film", "bad film", "a film"] * 4)
    style = np.random.default_rng(0).normal(size=(sources.ROWS, 2)).astype(np.float32)
    there = np.arange(sources.ROWS) != sources.ROWS - 1
    target = np.resize([-2, 1, -1, 2, 0.5, -0.5], sources.ROWS).astype(np.float32)
    modalities = {"style": style, "age": np.ones((sources.ROWS, 1), np.float32)}
    return dataclasses.replace(made, modalities=modalities, available={"style": there}, target=target)


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("cache")
        patch.setenv("EUAR_CACHE", str(folder))
        yield folder


@pytest.fixture(scope="module")
def row(data, tmp_path_factory):
    folder = bert(tmp_path_factory.mktemp("bert"), layers=1)

    @dataclass(frozen=True, kw_only=True)
    class Tiny(Tuned):
        def dataset(self):
            return data

        def encoders(self, _dataset):
            every = {"text": TextEncoderConfig(folder), "style": FeaturesConfig(2)}
            return {m: every[m] for m in self.modalities or every}

    settings = {"recipe": RECIPE, "factors": FACTORS, "seeds": (0, 1, 2), "noises": ("blank:10",)}
    return Tiny(data="tiny", changes=(("dim", 8),), **settings)


@pytest.fixture(scope="module")
def measured(row):
    return row.measure("tiny")


def trained(row, data, factor, seed):
    config = replace(row.config(data), encoder_lr=factor * row.encoder_lr)
    settings = {"epochs": 1, "batch_size": 4, "lr": factor * RECIPE.lr, "device": "cpu", "progress": False}
    return fit(config, RawSource(data, config.encoders), seeds=(seed,), **settings)[0]


def test_a_result_fits_the_schema_and_says_what_differs(measured):
    validate(measured.record)
    assert measured.record["config"]["name"] == "default; dim 8"


def test_the_trials_choose_one_factor_for_all_seeds(row, data, measured):
    valid = {f: [trained(row, data, f, seed) for seed in row.trials] for f in FACTORS}
    means = {f: np.mean([r.history[0]["valid_criterion"] for r in runs]) for f, runs in valid.items()}
    best = min(means, key=means.get)
    for record in measured.record["runs"]:
        assert record["factor"] == best
        assert record["valid_by_factor"] == pytest.approx({f"{f:g}": mean for f, mean in means.items()})
    assert [record["seed"] for record in measured.record["runs"]] == [0, 1, 2]
    last = trained(row, data, best, 2)
    assert measured.record["runs"][2]["test"] == pytest.approx(last.metrics["test"], rel=1e-5)
    assert measured.predictions["test"].values[2] == pytest.approx(last.predictions["test"], rel=1e-5)


def test_other_test_splits_lose_words_or_a_modality(row, data, measured):
    run = trained(row, data, measured.record["runs"][0]["factor"], 0)
    encoders, target = row.encoders(data), data.subset(split="test").target
    test, style = data.split == "test", data.available["style"]
    text = {"text": ~(test & style)}  # the row without style keeps its text
    noise = Corruption.parse("blank:10")
    for name, source in {
        "blank:10": RawSource(data, encoders, corruption=noise),
        "without text": RawSource(data, encoders, available=text),
        "without style": RawSource(data, encoders, available={"style": ~test}),
    }.items():
        expected = predict(run.model, source)
        assert measured.predictions[name].values[0] == pytest.approx(expected, rel=1e-4, abs=1e-5)
        assert measured.record["runs"][0]["others"][name] == pytest.approx(scores(expected, target), rel=1e-4)
    assert not np.allclose(measured.predictions["without text"].values, measured.predictions["test"].values)


def test_a_stopped_row_goes_on_and_leaves_nothing_behind(row, data, measured, cache, monkeypatch):
    calls, real = [], tuned.fit

    def stopped(*arguments, **settings):
        if len(calls) == 2:
            raise KeyboardInterrupt
        calls.append(settings["out"].name)
        return real(*arguments, **settings)

    monkeypatch.setattr(tuned, "fit", stopped)
    with pytest.raises(KeyboardInterrupt):
        row.observe(data)
    kept = sorted(path.parent.name for path in (cache / "experiments").glob("*/*/seed-*"))
    assert len(kept) == 2 * len(row.trials)
    monkeypatch.setattr(tuned, "fit", real)
    again = row.observe(data)
    assert again.fields["runs"][0]["test"] == measured.record["runs"][0]["test"]
    assert np.array_equal(again.predictions["test"].values, measured.predictions["test"].values)
    assert not list((cache / "experiments").iterdir())


def test_without_one_of_several_is_no_split_of_a_single_modality(row, data):
    alone = replace(row, modalities=("text",), noises=())
    assert list(alone.config(data).encoders) == ["text"]
    assert not alone._without(data)
