import numpy as np
import pytest

from euar.experiments.linear import baselines
from tests.training.tiny import dataset


def complete(n=240):
    """The data without a missing value."""
    data = dataset(n)
    b = np.nan_to_num(data.modalities["b"])
    return dataset(n, modalities={**data.modalities, "b": b}, available=None)


def test_ridge_with_little_to_penalise_is_least_squares():
    data = complete()
    train, test = data.split == "train", data.split == "test"
    design = np.column_stack([*data.modalities.values(), np.ones(len(data))])  # scaling does not matter here
    weights, *_ = np.linalg.lstsq(design[train], data.target[train])
    error = np.abs(design[test] @ weights - data.target[test]).mean()
    assert baselines(data)["ridge"]["mae"] == pytest.approx(error, rel=0.05)


def test_missing_rows_count_as_the_mean():
    data = dataset(240)
    train = (data.split == "train") & data.available["b"]
    filled = np.where(
        data.available["b"][:, None], data.modalities["b"], data.modalities["b"][train].mean(axis=0)
    )
    by_hand = dataset(240, modalities={**data.modalities, "b": filled}, available=None)
    assert baselines(data)["ridge"]["mae"] == pytest.approx(baselines(by_hand)["ridge"]["mae"], rel=1e-2)


def test_dropping_a_modality_costs():
    data = complete()
    whole, part = baselines(data)["ridge"]["mae"], baselines(data.with_modalities(["a"]))["ridge"]["mae"]
    assert part > 1.5 * whole


def test_the_constants_missing_r_is_no_news(recwarn):
    assert np.isnan(baselines(dataset())["constant"]["corr"])
    assert not recwarn.list
