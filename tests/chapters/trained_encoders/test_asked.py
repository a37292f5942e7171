"""Runs above encoders are asked on each test split, row by row, about what was changed there."""

import dataclasses

import numpy as np
import pytest
import torch

from euar.chapters.trained_encoders.asked import Asked, encoded, hit
from euar.chapters.what_sigma_knows.meters import spearman
from euar.data.features import Corruption
from euar.encoders import FeaturesConfig, TextEncoderConfig
from euar.training import Recipe
from euar.training.predict import predict_batch
from euar.training.raw_source import RawSource
from tests.data.features import sources
from tests.encoders.tiny import bert
from tests.experiments.schema import validate

CPU = torch.device("cpu")
TEXTS = ["a very good film", "bad", "good film", "a very very bad bad film", "not good", "a film"] * 2


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EUAR_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    made = sources.dataset(tmp_path_factory.mktemp("pictures"), TEXTS)
    style = np.random.default_rng(0).normal(size=(len(TEXTS), 2)).astype(np.float32)
    there = np.arange(len(TEXTS)) != len(TEXTS) - 1
    return dataclasses.replace(
        made,
        modalities={"style": style, "age": np.ones((len(TEXTS), 1), np.float32)},
        available={"style": there},
        target=np.resize([-2, 1, -1, 2, 0.5, -0.5], len(TEXTS)).astype(np.float32),
        split=np.array(["train"] * 4 + ["valid"] * 2 + ["test"] * 6),
    )


@pytest.fixture(scope="module")
def row(data, tmp_path_factory):
    folder = bert(tmp_path_factory.mktemp("bert"), layers=1)

    @dataclasses.dataclass(frozen=True, kw_only=True)
    class Tiny(Asked):
        def dataset(self):
            return data

        def encoders(self, _dataset):
            return {"text": TextEncoderConfig(folder), "style": FeaturesConfig(2)}

    recipe = Recipe(epochs=1, batch_size=4)
    changes = (("dim", 8), ("num_experts", 4))
    return Tiny(
        data="tiny", changes=changes, recipe=recipe, factors=(1.0,), trials=(0,), noises=("blank:10",)
    )


@pytest.fixture
def model(row, data):
    torch.manual_seed(0)
    return row.config(data).build()


@pytest.mark.parametrize("noise", [None, "blank:10"])
def test_the_system_sees_the_rows_in_their_order_as_the_whole_model_does(row, data, model, noise):
    noise = noise and Corruption.parse(noise)
    rows = RawSource(data, row.encoders(data), corruption=noise).splits(CPU)["test"]
    alone = predict_batch(model.system, encoded(model, rows))
    assert alone == pytest.approx(predict_batch(model, rows), abs=1e-6)
    assert len(np.unique(alone.round(4))) > 1


def test_a_text_that_loses_no_word_is_not_hit(row, data):
    encoders, test = row.encoders(data), data.split == "test"
    assert hit(RawSource(data, encoders)) == {}
    noise = Corruption("blank", 3.0, p=1.0)
    (rows,) = hit(RawSource(data, encoders, corruption=noise)).values()
    texts = np.array(TEXTS)[test]
    changed = [noise.apply(t, i, "text") != t for t, i in zip(texts, data.ids[test], strict=True)]
    assert rows.tolist() == changed
    assert 0 < sum(changed) < len(changed)  # every row was chosen


@pytest.mark.parametrize("system", ["default", "linear-head"])
def test_a_run_keeps_what_it_knows_of_every_split(row, system):
    asked = dataclasses.replace(row, system=system, changes=row.changes if system == "default" else ())
    record = dataclasses.replace(asked, seeds=(0,)).measure("tiny").record
    validate(record)
    trials = record["runs"][0]["trials"]
    assert list(trials) == ["test", "blank:10"]
    if system == "linear-head":
        assert trials["test"] == {}
        return
    assert set(trials["test"]["wrong"]) == set(trials["test"]["views"]) == {"text", "style"}
    assert "auroc" not in trials["test"]
    assert set(trials["blank:10"]["auroc"]) == {"text"}


def test_wrong_is_the_rank_correlation_of_a_modalitys_noise_with_the_error(row, data, model):
    source = RawSource(data, row.encoders(data))
    found = row.told(model, {"test": source})["trials"]["test"]["wrong"]["style"]
    rows = encoded(model, source.splits(CPU)["test"])
    variance = model.system.eval()(rows.inputs, rows.available).moe["style"].gaussian.variance
    weights = model.system(rows.inputs, rows.available).moe["style"].routing.weights
    noise = (weights.square()[..., None] * variance).sum(dim=1).mean(dim=-1).detach()
    error = np.abs(predict_batch(model.system, rows) - rows.target.numpy())
    assert found == pytest.approx(spearman(noise.numpy(), error), abs=1e-4)
