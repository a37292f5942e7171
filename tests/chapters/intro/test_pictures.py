"""The picture of the method names every station, every loss and the modalities it is given."""

import pytest

from euar.chapters.intro.pictures import architecture


def test_stations_losses_and_modalities_are_named():
    made = architecture(["text", "audio", "vision"])
    said = " ".join(text.get_text() for text in made.axes[0].texts)
    stations = ["text", "audio", "vision", "projection", "gate", "experts", "weights", "fusion", "head"]
    losses = ["KL", "load balance", "U-loss", "task loss"]
    assert [word for word in stations + losses if word not in said] == []


def test_every_equation_has_its_place():
    made = architecture(["a", "b", "c"])
    said = " ".join(text.get_text() for text in made.axes[0].texts)
    named = ["Eq. 1-3", "Eq. 4", "Eq. 5", "Eq. 6", "Eq. 7-9", "Eq. 10", "Eq. 11"]
    assert [equation for equation in named if equation not in said] == []


def test_three_modalities_and_no_other_number():
    with pytest.raises(ValueError, match="zip"):
        architecture(["text", "audio"])
