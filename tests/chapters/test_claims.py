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


@pytest.mark.parametrize("bounds", [{}, {"at_least": 0, "at_most": 1}])
def test_exactly_one_bound(bounds):
    with pytest.raises(ValueError, match="either at_least or at_most"):
        claim("size", SEEDS, **bounds)


def test_one_seed_claims_nothing():
    with pytest.raises(ValueError, match="at least two values"):
        claim("size", [0.5], at_least=0)


def test_feedback_shows_its_verdict():
    assert repr(Feedback(True, "Right.")) == "✓ Right."
    assert repr(Feedback(False, "Check the sign.")) == "✗ Check the sign."
