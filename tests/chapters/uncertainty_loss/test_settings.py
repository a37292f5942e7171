"""Results by setting: means over views, and differences from the same gate without the loss, seed by seed."""

import numpy as np
import pytest

from euar.chapters.uncertainty_loss import settings
from euar.chapters.uncertainty_loss.measure import Push

GATE, BASE = (3.0, "variance", "topk"), (0.0, None, "topk")


def run(kept, mae):
    views = {"a": {"kept": kept}, "b": {"kept": kept + 1}}
    return {
        "states": {"selected": views, "start": {"a": {"kept": 0}}},
        "test": {"mae": mae},
        "noisy": {"mae": 3 * mae},
    }


@pytest.fixture
def known():
    ours = {"runs": [run(1, 0.5), run(2, 0.25)]}
    theirs = {"runs": [run(4, 0.25), run(8, 0.5)]}
    pushes = (Push(lam=lam, detach=side, renormalize=gate) for lam, side, gate in (GATE, BASE))
    return settings.by_key(zip(pushes, (ours, theirs), strict=True))


def test_states_are_means_over_views(known):
    assert settings.state(known, GATE, "kept").tolist() == [1.5, 2.5]
    assert settings.state(known, GATE, "kept", "start").tolist() == [0, 0]


def test_the_typical_loss_is_the_product_of_the_typical_factors(known):
    assert settings.typical(known, GATE, "kept") == pytest.approx((1 * 2 * 2 * 3) ** 0.25)
    run = {"states": {"selected": {v: {"a": v, "b": 3 * v, "ab": 3 * v * v} for v in (1, 5)}}}
    of = {name: settings.typical({GATE: {"runs": [run]}}, GATE, name) for name in ("a", "b", "ab")}
    assert of["ab"] == pytest.approx(of["a"] * of["b"])


def test_differences_are_from_the_same_gate_without_the_loss(known):
    assert settings.without(GATE) == BASE
    np.testing.assert_allclose(settings.more(known, GATE, "kept"), [-3, -6])
    np.testing.assert_allclose(settings.harm(known, GATE), [0.25, -0.25])
    np.testing.assert_allclose(settings.harm(known, GATE, "noisy"), [0.75, -0.75])


def test_a_label_says_what_may_move():
    assert settings.label((0.1, None, "none")) == "λ = 0.1"
    assert settings.label((0.1, "gate", "none")) == "λ = 0.1, experts alone"
    assert settings.label(GATE) == "λ = 3, gate alone"
