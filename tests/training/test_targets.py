"""Ratings on any scale: learned alike, returned in their own units; those of sentiment are left alone."""

import numpy as np
import pytest
import torch

from euar.data import DataError, MultimodalDataset, load, simulate
from euar.training import fit, metrics, predict
from euar.training.batches import all_splits
from euar.training.targets import SENTIMENT, TargetScale, described, target_scale
from tests.training.tiny import TinyConfig, dataset

SETTINGS = {"epochs": 4, "lr": 0.05, "device": "cpu"}
CPU = torch.device("cpu")


def stretched(factor=17.0, shift=50.0):
    """The data of tiny, their ratings in other units."""
    return dataset(target=(dataset().target * factor + shift).astype(np.float32))


@pytest.mark.parametrize("name", ["embedded", "simulated"])
def test_ratings_of_sentiment_reach_the_model_to_the_bit(name):
    data = load(name)
    assert target_scale(data) is SENTIMENT
    for split, batch in all_splits(data, CPU).items():
        assert np.array_equal(batch.target.numpy(), data.target[data.split == split].astype(np.float32))
        answers = batch.target.numpy()
        assert batch.scale.to_user(answers) is answers


@pytest.mark.parametrize(
    ("low", "high", "sentiment"),
    [
        (-3, 3, True),
        (-0.4, 0.2, True),
        (-3, 3.2, False),
        (-3.2, 3, False),
        (0, 1, False),
        (1, 3, False),
        (-3, -1, False),
        (0, 100, False),
    ],
)
def test_the_rule_asks_for_both_signs_within_three(low, high, sentiment):
    data = dataset(target=np.linspace(low, high, 120, dtype=np.float32))
    data = dataset(target=np.where(data.split == "train", data.target, 0), split=data.split)
    train = data.split == "train"
    ends = np.array(data.target)
    ends[np.flatnonzero(train)[[0, -1]]] = low, high
    assert target_scale(dataset(target=ends)).sentiment is sentiment


def test_only_the_training_rows_decide():
    data = dataset()
    target = np.where(data.split == "train", data.target, data.target * 40)
    assert target_scale(dataset(target=target.astype(np.float32))) == SENTIMENT


def test_the_model_learns_mean_0_and_sd_1_of_the_training_ratings():
    data = stretched()
    batches = all_splits(data, CPU)
    seen = batches["train"].target.numpy()
    assert (seen.mean(), seen.std()) == (pytest.approx(0, abs=1e-5), pytest.approx(1, abs=1e-5))
    assert np.array_equal(batches["test"].target.numpy(), data.target[data.split == "test"])
    back = batches["train"].scale.to_user(seen)
    assert back == pytest.approx(data.target[data.split == "train"], rel=1e-5)


def test_units_change_nothing_but_the_units():
    """Celsius or Fahrenheit: the same predictions, in the units of the labels."""
    one, other = (fit(TinyConfig(), stretched(*units), **SETTINGS)[0] for units in ((17, 50), (170, -2000)))
    assert one.best_epoch == other.best_epoch
    for split in ("valid", "test"):
        as_one = (other.predictions[split].astype(float) + 2000) / 10 + 50
        assert as_one == pytest.approx(one.predictions[split], abs=0.01)
        assert other.metrics[split]["mae"] == pytest.approx(10 * one.metrics[split]["mae"], rel=1e-3)
        assert other.metrics[split]["r2"] == pytest.approx(one.metrics[split]["r2"], abs=1e-3)


def test_ratings_far_from_zero_are_learned():
    run = fit(TinyConfig(noise=0.0), stretched(), epochs=20, lr=0.05, device="cpu")[0]
    assert run.metrics["test"]["r2"] > 0.5
    assert run.metrics["test"] == metrics.plain_regression(
        run.predictions["test"], stretched().subset(split="test").target
    )
    assert run.history[run.best_epoch - 1]["valid_criterion"] == run.metrics["valid"]["mae"]
    assert np.array_equal(predict(run.model, stretched()), run.predictions["test"])


def test_metrics_follow_the_scale():
    assert "acc7" in fit(TinyConfig(), dataset(), **SETTINGS | {"epochs": 1})[0].metrics["test"]
    found = fit(TinyConfig(), stretched(), **SETTINGS | {"epochs": 1})[0]
    assert list(found.metrics["test"]) == ["mae", "rmse", "corr", "r2"]
    assert {name for name in found.history[0] if name.startswith("valid_")} == {
        *("valid_criterion", "valid_mae", "valid_rmse", "valid_corr", "valid_r2")
    }


def test_ratings_that_are_all_alike_have_sd_1():
    assert target_scale(dataset(target=np.full(120, 7, np.float32))) == TargetScale(7.0, 1.0, sentiment=False)


def test_what_is_about_to_be_learned_in_words():
    assert described(simulate(n=(32, 16, 16))).endswith("Rows: 32 train, 16 valid, 16 test")
    words = described(stretched())
    low, high = (f"{end(stretched().subset(split='train').target):g}" for end in (min, max))
    assert f"Task: regression; ratings from {low} to {high}, not on the sentiment scale" in words
    assert "Task: classification; 3 classes: 0, 1, 2\n" in described(dataset(classes=3))
    named = dataset(classes=3, meta={"classes": ["no", "so", "yes"]})
    assert "3 classes: no, so, yes\n" in described(named)


def test_rows_without_labels_are_not_learned():
    data = dataset()
    split = np.array(data.split)
    bare = MultimodalDataset.unlabelled(
        "bare", data.modalities, data.ids, split=split, available=data.available
    )
    for act in (lambda: fit(TinyConfig(), bare, **SETTINGS), lambda: target_scale(bare)):
        with pytest.raises(DataError, match="bare: target: expected a label in every row, found none"):
            act()


def test_a_set_that_is_standardised_is_refused():
    with pytest.raises(DataError, match=r"tiny: modalities: expected features in raw units, found"):
        fit(TinyConfig(), dataset().standardize(), **SETTINGS)
