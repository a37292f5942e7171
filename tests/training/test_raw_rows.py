"""The order of rows by length, and what a batch holds."""

import numpy as np
import pytest
import torch

from euar.data.prepared import Squares
from euar.encoders import Padded
from euar.training.raw_rows import POOL, RawRows
from euar.training.targets import SENTIMENT

N, T = 300, 40
LENGTHS = torch.randint(1, T + 1, (N,), generator=torch.Generator().manual_seed(0))


@pytest.fixture
def split(tmp_path):
    values = torch.arange(N).unsqueeze(1).expand(N, T).clone()
    np.save(tmp_path / "a.npy", np.arange(N * 12, dtype=np.int64).astype(np.uint8).reshape(N, 2, 2, 3))
    content = {
        "text": Padded(values, LENGTHS),
        "style": torch.arange(N * 2.0).view(N, 2),
        "rgb": Squares(tmp_path / "a.npy"),
    }
    return RawRows(content, {"style": torch.arange(N) % 2 == 0}, torch.arange(float(N)), SENTIMENT)


def without_pictures(split):
    return split._replace(content={m: x for m, x in split.content.items() if m != "rgb"})


def order(split, seed, size=4):
    return split.order(None if seed is None else torch.Generator().manual_seed(seed), size)


def padding(split, batches):
    longest = [int(split.content["text"].lengths[batch].max()) * len(batch) for batch in batches]
    return 1 - int(split.content["text"].lengths.sum()) / sum(longest)


@pytest.mark.parametrize("seed", [None, 0, 1])
def test_each_row_comes_once_and_batches_are_no_larger_than_asked(split, seed):
    batches = order(split, seed, 7)
    assert torch.cat(list(batches)).sort().values.tolist() == list(range(N))
    assert max(map(len, batches)) == 7


def test_the_order_is_the_seeds(split):
    assert [b.tolist() for b in order(split, 0)] == [b.tolist() for b in order(split, 0)]
    assert [b.tolist() for b in order(split, 0)] != [b.tolist() for b in order(split, 1)]


def test_little_of_a_batch_is_padding_and_long_batches_do_not_come_last(split):
    shuffled = torch.randperm(N, generator=torch.Generator().manual_seed(0)).split(4)
    assert padding(split, order(split, None)) < padding(split, order(split, 0)) < 0.1
    assert padding(split, shuffled) > 0.3
    means = torch.tensor([LENGTHS[batch].float().mean() for batch in order(split, 0)])
    steps = torch.arange(len(means))
    assert abs(torch.corrcoef(torch.stack([means, steps]))[0, 1]) < 0.4


def test_rows_of_different_pools_do_not_meet(split):
    """So that a batch is a random one among those of its length, and not the same in each epoch."""
    together = {frozenset(batch.tolist()) for batch in order(split, 0, 2)}
    assert len(together & {frozenset(batch.tolist()) for batch in order(split, 1, 2)}) < 10
    assert N > POOL * 2


def test_evaluation_takes_fewer_pictures_at_once(split):
    assert max(map(len, order(split, None, 500))) == 32
    assert max(map(len, order(without_pictures(split), None, 500))) == 128


def test_a_batch_has_its_rows_of_everything(split):
    index = torch.tensor([9, 2])
    batch = split.rows(index)
    longest = int(LENGTHS[index].max())
    assert batch.inputs["text"].values.tolist() == [[9] * longest, [2] * longest]
    assert batch.inputs["text"].lengths.tolist() == LENGTHS[index].tolist()
    assert batch.inputs["style"].tolist() == [[18, 19], [4, 5]]
    pixels = np.load(split.content["rgb"].path)[[9, 2]].transpose(0, 3, 1, 2)
    assert np.array_equal(batch.inputs["rgb"].numpy(), pixels)
    assert batch.available["style"].tolist() == [False, True]
    assert batch.target.tolist() == [9, 2]
    assert batch.scale is SENTIMENT
