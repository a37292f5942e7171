"""A data set that makes its own batches, such as one of token ids or pictures."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch

from euar.data import DataError
from euar.training import Preprocessing, fit, predict
from euar.training.batches import Batch, all_splits, order_of
from tests.training.tiny import TinyConfig, dataset

USUAL = {"epochs": 2, "lr": 0.1, "device": "cpu"}


class Listed:
    """Rows that are read when asked for, and may know their order."""

    def __init__(self, batch):
        self.batch, self.target, self.scale, self.read = batch, batch.target, batch.scale, []

    def rows(self, index):
        self.read.append(index)
        return self.batch.rows(index)


class Bucketed(Listed):
    """Rows with those of a kind together, at most ten at a time."""

    def order(self, generator, batch_size):
        n = len(self.target)
        kinds = torch.randperm(n, generator=generator) if generator else torch.arange(n).flip(0)
        return kinds[(kinds % 3).sort(stable=True).indices].split(min(batch_size, 10))


@dataclass
class Raw:
    """A source over the rows of a data set."""

    features: object
    rows: type = Listed
    name: str = "raw"
    sha256: str = "0" * 64

    def preprocessing(self):
        return Preprocessing.of(self.features)

    def splits(self, device):
        self.made = {split: self.rows(batch) for split, batch in all_splits(self.features, device).items()}
        return self.made


def test_a_source_trains_as_its_features_do(tmp_path):
    (run,) = fit(TinyConfig(), dataset(), **USUAL)
    (again,) = fit(TinyConfig(), Raw(dataset()), out=tmp_path, **USUAL)
    assert again.history == run.history
    for split in ("valid", "test"):
        assert np.array_equal(predict(again.model, Raw(dataset()), split), run.predictions[split])


def test_another_source_in_the_same_folder_is_an_error(tmp_path):
    fit(TinyConfig(), Raw(dataset()), out=tmp_path, **USUAL)
    with pytest.raises(ValueError, match=r"data\.sha256: there '0+', here '1+'"):
        fit(TinyConfig(), Raw(dataset(), sha256="1" * 64), out=tmp_path, **USUAL)


def test_a_split_decides_its_order_and_answers_come_back_in_that_of_its_rows():
    source = Raw(dataset(), Bucketed)
    (run,) = fit(TinyConfig(), source, **USUAL)
    trained = source.made["train"].read
    assert {len(index) for index in trained} == {10}
    assert sorted(torch.cat(trained[:6]).tolist()) == list(range(60))
    assert not torch.equal(torch.cat(trained[:6]), torch.cat(trained[6:]))  # each epoch its own
    assert {len(index) for index in source.made["test"].read} == {10}
    plain = predict(run.model, dataset(), "test")
    assert run.predictions["test"] == pytest.approx(plain, abs=1e-6)


@pytest.mark.parametrize("wrong", [[[0, 1], [3]], [[0, 1], [2, 3, 3]], [[0, 1, 2, 4]]])
def test_an_order_that_leaves_rows_out_is_refused(wrong):
    split = Listed(Batch({}, {}, torch.zeros(4)))
    split.order = lambda generator, size: [torch.tensor(rows) for rows in wrong]
    with pytest.raises(ValueError, match="order: expected each of 4 rows once"):
        order_of(split, None, 2)


def test_a_source_without_rows_or_with_one_class_is_refused():
    class Empty(Listed):
        def __init__(self, batch):
            super().__init__(batch.rows(torch.arange(0)))

    with pytest.raises(ValueError, match="raw: expected rows of split 'train', found none"):
        fit(TinyConfig(), Raw(dataset(), Empty), **USUAL)
    batch = Batch({}, {}, torch.ones(5, dtype=torch.int64))
    one = Raw(dataset())
    one.splits = lambda _device: dict.fromkeys(("train", "valid", "test"), batch)
    with pytest.raises(DataError, match=r"raw: target: expected at least 2 classes .* found only class 1"):
        all_splits(one, torch.device("cpu"))
