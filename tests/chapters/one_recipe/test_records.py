"""What the page reads from the results is what they hold."""

import math

import numpy as np

from euar.chapters.one_recipe import measure, records

TURNED = records.measured()


def test_the_reference_stands_at_its_own_value_of_each_number():
    usual = {"num_experts": 8, "k": 3, "dim": 64, "alpha": 1e-3, "beta": 1e-2, "lam": 1e-3}
    for knob, value in usual.items():
        assert TURNED.knobs[knob][value] is TURNED.reference
        assert list(TURNED.knobs[knob]) == sorted(TURNED.knobs[knob])
    assert max(TURNED.knobs["training rows"]) == TURNED.reference["data"]["n"]["train"]
    assert list(TURNED.knobs["head"]) == ["mlp"]


def test_effects_are_paired_by_seed_and_leave_the_reference_out():
    found = records.effects(TURNED, ["k"])
    assert [*found] == ["chosen k = 1", "chosen k = 2", "chosen k = 5", "chosen k = 8"]
    runs = zip(TURNED.knobs["k"][5]["runs"], TURNED.reference["runs"], strict=True)
    np.testing.assert_allclose(found["chosen k = 5"], [a["test"]["mae"] - b["test"]["mae"] for a, b in runs])


def test_all_effects_are_those_of_all_changes():
    shown = sum(len(values) for values in measure.sweeps().values())
    assert len(records.effects(TURNED)) == shown


def test_holm_keeps_the_clear_one_of_many():
    noise = np.array([1.0, -1, 1, -1, 0.5])
    found = {"clear": 10 + noise} | {f"luck {i}": noise + i / 10 for i in range(5)}
    assert records.told_apart(found) == ["clear"]


def test_directions_are_all_decided():
    assert set(records.directions(TURNED).values()) == {"lower", "higher", "same"}


def test_where_nobody_is_idle_nothing_is_said():
    assert all(math.isnan(value) for value in records.inside(TURNED.knobs["k"][8], "style", "idle"))
    assert not np.isnan(records.inside(TURNED.reference, "style", "idle")).any()


def test_a_picture_of_a_knob_has_all_seeds_at_all_values():
    panels = records.over(TURNED, "lam", ["style"])
    assert [*panels] == ["weight kept", "agreement", "σ² of the chosen"]
    kept = panels["weight kept"]["style"]
    assert kept.shape == (10, len(TURNED.knobs["lam"]))
    np.testing.assert_array_equal(kept[:, -1], records.inside(TURNED.knobs["lam"][3.0], "style", "kept"))
