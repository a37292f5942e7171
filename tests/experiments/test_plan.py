import pytest

from euar.experiments import plan
from euar.experiments.changed import Changed
from euar.experiments.train import Train
from tests.training.tiny import dataset


def test_a_request_is_told_apart_by_the_fields_that_differ():
    named = [
        ("ours", {"data": "a", "recipe": {"lr": 0.1, "epochs": 3}, "seeds": [0, 1]}),
        ("ours", {"data": "a", "recipe": {"lr": 0.2, "epochs": 3}, "seeds": [0, 1]}),
        ("theirs", {"system": "theirs", "data": "a", "recipe": {"lr": 0.1, "epochs": 3}, "seeds": [0]}),
    ]
    assert plan.told_apart(named) == [
        "ours, lr=0.1, seeds=0,1",
        "ours, lr=0.2, seeds=0,1",
        "theirs, lr=0.1, seeds=0",
    ]
    assert plan.told_apart(named[:1]) == ["ours"]


@pytest.mark.parametrize(
    ("seeds", "said"),
    [
        (list(range(20)), "0...19"),
        ([3, 4, 5], "3...5"),
        ([0, 1], "0,1"),
        ([0, 2, 3], "0,2,3"),
        ([2, 1, 0], "2,1,0"),
        ([True, 2, 3], "True,2,3"),
        (["text", "audio", "video"], "text,audio,video"),
    ],
)
def test_a_run_of_seeds_is_said_by_its_ends(seeds, said):
    assert plan.told_apart([("ours", {"seeds": seeds}), ("ours", {"seeds": [7]})])[0] == f"ours, seeds={said}"


def test_other_seeds_where_there_are_seeds(asked):
    (other,) = plan.with_seeds([asked], (7, 9))
    assert other == Train(data=asked.data, seeds=(7, 9), recipe=asked.recipe, device="cpu")


def test_a_changed_system_is_another_measurement_of_the_same_data(asked):
    changed = Changed(data=asked.data, system="paper", changes={"k": 1, "log_var_range": (-1.0, 2.0)})
    assert changed.name == "paper; k=1; log_var_range=-1,2"
    assert changed.key() != Train(data=asked.data, system="paper").key()
    config = changed.config(dataset(120))
    assert (config.k, config.log_var_range, config.aux_form) == (1, (-1.0, 2.0), "paper")


@pytest.mark.parametrize("part", ["", "1", "1/", "a/2", "-1/2", "3/2", "0/1"])
def test_a_shard_of_another_form_is_refused(part):
    with pytest.raises(ValueError, match="shard: expected i/n such as 1/4"):
        plan.shard([1, 2], part)
