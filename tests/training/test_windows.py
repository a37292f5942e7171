"""The order of utterances: who follows whom, windows over it, and systems that do not look."""

import numpy as np
import pytest
import torch

from euar.data import simulate
from euar.systems import find
from euar.training import Recipe, fit, predict
from euar.training.batches import all_splits
from euar.training.device import one_thread
from euar.training.loop import Training
from euar.training.stack import Stack
from euar.training.windows import Windowed, following, seen_by, windows
from tests.training.tiny import dataset

CPU = torch.device("cpu")


def rows(ids, groups):
    n = len(ids)
    return dataset(n, ids=np.array(ids), groups=np.array(groups), split=np.array(["train"] * n))


def test_a_group_is_in_the_order_of_its_ids_as_people_count():
    ids = ["v_10", "w[2]", "v_9", "u", "w[1]", "v_2_5", "v_2_10"]
    after = following(rows(ids, [name[0] for name in ids]))
    follows = {ids[row]: ids[after[row]] if after[row] >= 0 else None for row in range(len(ids))}
    assert follows == {
        "v_2_5": "v_2_10",
        "v_2_10": "v_9",
        "v_9": "v_10",
        "v_10": None,
        "w[1]": "w[2]",
        "w[2]": None,
        "u": None,
    }


def test_without_groups_nothing_follows():
    assert following(dataset()) is None
    assert all_splits(dataset(), CPU)["train"].following is None


def test_windows_end_with_their_group():
    # 3, 0, 2 are a video, 1 is another
    after = torch.tensor([2, -1, -1, 0])
    assert windows(after, 2).tolist() == [
        [-1, 3, 0, 2, -1],
        [-1, -1, 1, -1, -1],
        [3, 0, 2, -1, -1],
        [-1, -1, 3, 0, 2],
    ]


class Reaching:
    reach = 1


@pytest.mark.parametrize("shape", [(3,), (2, 3)])
def test_rows_bring_their_neighbours_and_say_where_there_are_none(shape):
    names = [f"{i % 3}_{i}" for i in range(8)]
    batch = all_splits(_grouped(names), CPU)["train"]
    seen = seen_by(Reaching(), batch)
    index = torch.arange(6).view(2, 3)[: shape[0] if len(shape) > 1 else 1].reshape(shape)
    part = seen.rows(index)
    around = windows(batch.following, 1)
    assert part.target.equal(batch.target[index])
    for m, x in part.inputs.items():
        assert x.shape == (*shape, 3, batch.inputs[m].shape[1])
        for place in np.ndindex(*shape, 3):
            row = int(around[index[place[:-1]], place[-1]])
            mask = batch.available.get(m, torch.ones(len(batch.target), dtype=torch.bool))
            assert part.available[m][place] == (row >= 0 and bool(mask[row]))
            if row >= 0:
                assert x[place].equal(batch.inputs[m][row])


def test_a_model_that_does_not_reach_is_given_the_split_itself():
    batch = all_splits(_grouped([f"0_{i}" for i in range(8)]), CPU)["train"]
    assert seen_by(torch.nn.Linear(1, 1), batch) is batch
    assert isinstance(seen_by(Reaching(), batch), Windowed)
    assert seen_by(Reaching(), batch._replace(following=None)).following is None


def test_other_systems_train_to_the_same_bits_with_and_without_an_order():
    data = simulate((40, 16, 16))
    ordered = _with_groups(data)
    config = find("concat").configure(data.in_features)
    one, other = (fit(config, each, epochs=2, device="cpu", progress=False)[0] for each in (data, ordered))
    assert one.history == other.history
    assert np.array_equal(one.predictions["test"], other.predictions["test"])


def test_a_system_that_reads_the_order_trains_stacked_as_alone_and_predicts_alike():
    data = _with_groups(simulate((40, 16, 16)))
    config, splits = find("gcnet").configure(data.in_features, dim=8), all_splits(data, CPU)
    alone, together = ([Training(config, Recipe(epochs=1), seed, splits) for seed in (0, 1)] for _ in "12")
    with one_thread():
        Stack(together).run_epoch()
        for training in alone:
            training.run_epoch()
    for one, other in zip(together, alone, strict=True):
        assert one.history[0] == pytest.approx(other.history[0], rel=1e-5, abs=1e-6)
    run = alone[0].finish()
    assert np.array_equal(predict(run.model, data), run.predictions["test"])
    few, many = (predict(run.model, data, batch_size=size) for size in (3, 100))
    np.testing.assert_allclose(few, many, atol=1e-5)


def test_new_rows_are_read_in_their_order_too():
    data = _with_groups(simulate((40, 16, 16)))
    config = find("gcnet").configure(data.in_features, dim=8)
    run = fit(config, data, epochs=1, device="cpu", progress=False)[0]
    new = data.subset(split="test")
    np.testing.assert_allclose(run.predict(new).values, run.predictions["test"], atol=1e-5)
    fewer = run.predict(new.subset(mask=np.arange(16) % 2 == 0)).values  # half of each video
    assert not np.allclose(fewer, run.predictions["test"][::2], atol=1e-5)


def _grouped(names):
    """A set whose rows of a split are each named `group_place`."""
    ids = [f"{name}_{word}" for word in ("train", "valid", "test") for name in names]
    split = np.repeat(["train", "valid", "test"], len(names))
    groups = np.array([name.partition("_")[0] + name[-5:] for name in ids])
    return dataset(len(ids), ids=np.array(ids), groups=groups, split=split)


def _with_groups(data):
    """The same rows, eight of a split to a video."""
    fields = ("name", "modalities", "target", "ids", "split")
    groups = np.array([f"{word}-{place // 8}" for place, word in enumerate(data.split)])
    return type(data)(**{name: getattr(data, name) for name in fields}, groups=groups)
