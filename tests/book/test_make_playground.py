"""The playground's asset: it fits its script and is small, and its models do what the page's text says."""

import json

import make_playground
import numpy as np
import pytest
import torch

from euar.data import MultimodalDataset, load
from tests.book.playing import FOLDER, announced, disturbed


def test_the_asset_fits_script_data_and_recipe(asset):
    invented = MultimodalDataset.from_hdf5(make_playground.INVENTED)
    remedy = "run: python tools/make_playground.py"
    assert asset[0]["key"] == make_playground.key(load("embedded"), invented), remedy


def test_a_change_of_data_or_recipe_changes_the_key(asset, monkeypatch):
    tweets, invented = load("embedded"), MultimodalDataset.from_hdf5(make_playground.INVENTED)
    assert make_playground.key(tweets, invented.subset(mask=np.arange(36) > 0)) != asset[0]["key"]
    monkeypatch.setitem(make_playground.RECIPE, "lr", 2e-2)
    assert make_playground.key(tweets, invented) != asset[0]["key"]


def test_the_same_training_writes_the_same_bytes():
    tweets, invented = load("embedded"), MultimodalDataset.from_hdf5(make_playground.INVENTED)
    few = tweets.subset(mask=np.arange(len(tweets)) % 20 == 0)
    first, second = (make_playground.make(few, invented, epochs=1) for _ in range(2))
    assert first == second
    assert make_playground.make(few, invented, epochs=1, lr=1e-3) != first


def test_the_errors_in_the_asset_are_those_of_its_weights(asset, models):
    header, arrays = asset
    tweets = load("embedded")
    test = tweets.standardize().subset(split="test")
    inputs = {view: torch.tensor(values) for view, values in test.modalities.items()}
    for name, model in models.items():
        error = np.abs(model.predict(inputs).numpy() - test.target).mean()
        assert header["models"][name]["mae"] == pytest.approx(error, abs=6e-4), name
    assert len(arrays["tweets/rating"]) == -(-len(test) // make_playground.EVERY)


def test_all_of_it_stays_small():
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < make_playground.MOST


def test_the_sentences_are_those_of_the_table(asset):
    texts = [sentence["text"] for sentence in asset[0]["sentences"]]
    table = make_playground.INVENTED.with_suffix(".csv").read_text(encoding="utf-8")
    assert len(texts) == len(table.splitlines()) - 1
    assert all(text in table for text in texts)
    assert json.dumps(texts).isascii()


@pytest.fixture(scope="module")
def said(asset, models):
    """{case: {model: (predictions, sigmas)}} of the invented sentences."""
    cases = {"clean": (0, 0, 0), "noisy": (3, 3, 3)}
    found = {}
    with torch.no_grad():
        for case, strengths in cases.items():
            inputs = disturbed(asset, "invented", strengths, seed=0)
            outputs = {name: model(inputs) for name, model in models.items()}
            found[case] = {n: (o.prediction, announced(models[n], inputs)) for n, o in outputs.items()}
    return found


def rows_of(asset, kind):
    return [row for row, sentence in enumerate(asset[0]["sentences"]) if sentence["kind"] == kind]


def test_of_the_first_sentence_calibrated_holds_the_rating_and_default_does_not(asset, said):
    row, ratings = rows_of(asset, "mixed")[0], asset[1]["invented/rating"]
    holds = {
        name: abs(prediction[row].item() - ratings[row]) <= 1.645 * sigma[row].item()
        for name, (prediction, sigma) in said["clean"].items()
        if name in ("default", "calibrated")
    }
    assert holds == {"default": False, "calibrated": True}


def test_under_noise_the_bar_of_calibrated_grows_and_that_of_default_does_not(said):
    grows = {
        n: (said["noisy"][n][1].mean() / said["clean"][n][1].mean()).item() for n in ("default", "calibrated")
    }
    assert grows["calibrated"] > 1.25
    assert said["noisy"]["default"][1].mean() - said["clean"]["default"][1].mean() < 0.05


def test_irony_is_taken_at_its_word_and_calibrated_is_no_less_sure(asset, said):
    sarcastic = rows_of(asset, "sarcastic")
    assert all(prediction[sarcastic[0]] > 0 for prediction, _ in said["clean"].values())
    sigma = said["clean"]["calibrated"][1]
    assert sigma[sarcastic].mean() <= sigma.mean()


def test_the_models_are_milder_than_we_are(asset, said):
    clear = rows_of(asset, "clear")
    ours = np.abs(asset[1]["invented/rating"][clear]).mean()
    assert all(prediction[clear].abs().mean() < ours for prediction, _ in said["clean"].values())


@torch.no_grad()
def test_under_strong_noise_even_calibrated_announces_less_than_its_error(asset, models):
    model, rating = models["calibrated"], torch.tensor(asset[1]["tweets/rating"])
    output = model(disturbed(asset, "tweets", (3, 3, 3), seed=0))
    error = (output.prediction - rating).square().mean()
    assert 0.25 * error < output.variance.mean() < error
