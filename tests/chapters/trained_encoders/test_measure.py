"""What is trained: every system with as many trials, one in float32, and EUAR's default minus each."""

from collections import Counter

import pytest

from euar.chapters.trained_encoders.measure import (
    compared,
    differences,
    in_float32,
    measurements,
    on_words,
    where,
)
from euar.chapters.trained_encoders.upper import Upper
from euar.data import raw
from euar.encoders import TextEncoderConfig
from euar.encoders.cached import CachedPictureEncoderConfig
from tests.data.features import sources


def test_on_the_same_data_every_system_has_as_many_trials_and_seeds_and_the_same_noise():
    for there in {where(one) for one in compared()}:
        rows = [one for one in compared() if where(one) == there]
        assert len({(one.trials, one.seeds, one.recipe, one.noises) for one in rows}) == 1
        first = set.intersection(*(set(one.factors) for one in rows))
        for grown in (set(one.factors) - first for one in rows):  # past an end of what all have tried
            assert all(factor < min(first) or factor > max(first) for factor in grown)
        assert Counter(one.name for one in rows).most_common(1)[0][1] == 1


def test_float32_changes_the_precision_of_one_row_and_tries_one_of_its_rates():
    (same,) = [one for one in on_words() if one.name == in_float32().name]
    assert (same.recipe.precision, in_float32().recipe.precision) == ("bf16-mixed", "32-true")
    assert set(in_float32().factors) < set(same.factors)
    assert in_float32() not in compared()


def test_a_difference_is_the_defaults_on_the_same_data():
    for theirs, one in differences().items():
        assert (one.ours.name, where(one.ours)) == ("default", where(theirs))
        assert one.theirs == theirs
        assert one.ours != theirs
    assert len(differences()) == len(compared()) - len({where(one) for one in compared()})
    names = [type(one).__name__ for one in measurements()]
    assert names == sorted(names, key="Paired".__eq__)  # what they compare is measured first


@pytest.mark.parametrize("lowest", [9, 12])
def test_of_pictures_the_upper_blocks_train_and_texts_are_texts(tmp_path, lowest):
    data = sources.dataset(tmp_path, ["good film"] * sources.ROWS)
    found = Upper(data="tiny", lowest=lowest).encoders(data)
    kinds = {raw.kinds(data)[m]: encoder for m, encoder in found.items()}
    assert kinds == {"text": TextEncoderConfig(), "image": CachedPictureEncoderConfig(frozen=lowest)}
