"""A claim holds only when the whole interval clears the bound."""

import pytest

from euar.chapters import ClaimError, Feedback, claim

SEEDS = [0.50, 0.52, 0.48, 0.51, 0.49]  # mean 0.5, 95 % interval about +-0.02


def test_a_claim_that_holds_is_printed_with_effect_interval_and_margin(capsys):
    made = claim("gain over ridge", SEEDS, at_least=0.45)
    assert made.margin == pytest.approx(made.effect.low - 0.45)
    assert (
        capsys.readouterr().out == "✓ gain over ridge: 0.5, 95 % [0.48, 0.52], n = 5 >= 0.45, margin 0.0304\n"
    )


@pytest.mark.parametrize(
    "bound", [{"at_least": 0.49}, {"at_most": 0.51}, {"at_least": 0.6}, {"at_most": 0.4}]
)
def test_a_claim_fails_when_the_interval_crosses_the_bound(bound):
    with pytest.raises(ClaimError, match=r"✗ size: 0\.5, .* margin -0\."):
        claim("size", SEEDS, **bound)


def test_an_upper_bound_is_measured_from_the_upper_end():
    assert claim("loss", SEEDS, at_most=0.6).margin == pytest.approx(
        0.6 - claim("", SEEDS, at_most=1).effect.high
    )


DIFFERENCES = [0.010, -0.012, 0.004, -0.003, 0.006]  # signed, per seed; the 90 % interval reaches 0.00926


def test_no_difference_is_printed_with_its_margin_and_the_detectable_difference(capsys):
    made = claim("change of MAE", DIFFERENCES, within=0.02)
    assert made.margin == pytest.approx(0.02 - 0.00926, abs=1e-5)
    assert capsys.readouterr().out == (
        "✓ change of MAE: 0.001, 95 % [-0.00975, 0.0118], n = 5 equal within a margin of ±0.02, p = 0.004; "
        "detectable difference 0.0146\n"
    )


@pytest.mark.parametrize("margin", [0.009, 0.0001])
def test_equality_that_is_not_shown_fails_though_the_interval_holds_zero(margin):
    with pytest.raises(ClaimError, match=r"✗ change: .* equal within a margin of .* detectable difference"):
        claim("change", DIFFERENCES, within=margin)


@pytest.mark.parametrize("sign", [-1, 1])
def test_a_real_difference_is_not_equality(sign):
    with pytest.raises(ClaimError):
        claim("change", [sign * value for value in SEEDS], within=0.5)


@pytest.mark.parametrize(
    ("bounds", "found"),
    [
        ({}, "none"),
        ({"at_least": 0, "at_most": 1}, "at_least and at_most"),
        ({"at_most": 0, "within": 1}, "at_most and within"),
    ],
)
def test_exactly_one_bound(bounds, found):
    with pytest.raises(ValueError, match=f"one of at_least, at_most and within, found {found}$"):
        claim("size", SEEDS, **bounds)


def test_one_seed_claims_nothing():
    with pytest.raises(ValueError, match="at least two values"):
        claim("size", [0.5], at_least=0)


def test_feedback_shows_its_verdict():
    assert repr(Feedback(True, "Right.")) == "✓ Right."
    assert repr(Feedback(False, "Check the sign.")) == "✗ Check the sign."
