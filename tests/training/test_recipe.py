from dataclasses import asdict

import pytest

from euar.training import Recipe


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"warmup": 1.0}, "warmup: expected a number from 0 to below 1, found 1.0"),
        ({"warmup": -0.1}, "warmup: expected a number from 0"),
        ({"warmup": "0.1"}, "warmup: expected a number from 0 to below 1, found '0.1'"),
        ({"patience": 0}, "patience: expected an int of at least 1, found 0"),
        ({"patience": 2.0}, "patience: expected an int"),
        ({"patience": 2, "select": "last"}, "patience: expected None with select='last', .* found 2"),
        ({"accumulate": 0}, "accumulate: expected an int of at least 1, found 0"),
        ({"precision": "16-mixed"}, "precision: expected one of '32-true', 'bf16-mixed', found '16-mixed'"),
        ({"compile": 1}, "compile: expected True or False, found 1"),
    ],
)
def test_bad_settings_are_named(changes, message):
    with pytest.raises(ValueError, match=message):
        Recipe(**changes)


def test_later_settings_stand_in_a_record_only_where_they_were_given():
    first = ["epochs", "batch_size", "lr", "weight_decay", "select"]
    assert list(Recipe(lr=0.5).to_dict()) == first
    given = Recipe(warmup=0.25, patience=3, accumulate=2, precision="bf16-mixed", compile=True)
    assert given.to_dict() == asdict(given)
    assert Recipe(**given.to_dict()) == given
