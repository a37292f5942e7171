"""What the pictures of the whole model show: read back from the artists."""

import numpy as np

from euar.chapters.whole_model import pictures as plots
from tests.drawing import drawn


def row(width):
    return {"features": (4, width), "projection": (4, 6), "gate": (4, 3), "experts": (4, 3, 6), "h": (4, 6)}


def test_flow_names_every_shape_and_joins_the_modalities_once():
    (ax,) = drawn(plots.flow({"text": row(5), "audio": row(2)}, (4, 12), (4,)))
    texts = [text.get_text() for text in ax.texts if text.get_text()]
    assert texts.count("gate\n(4, 3)") == texts.count("experts\n(4, 3, 6)") == texts.count("h\n(4, 6)") == 2
    assert {"text\n(4, 5)", "audio\n(4, 2)", "joint\n(4, 12)", "prediction\n(4)"} <= set(texts)
    assert len(texts) == 2 * 5 + 2


def test_flow_draws_arrows_from_left_to_right():
    (ax,) = drawn(plots.flow({"text": row(5), "audio": row(2), "vision": row(1)}, (4, 18), (4,)))
    arrows = [text for text in ax.texts if not text.get_text()]
    assert len(arrows) == 3 * 6 + 1
    assert all(arrow.xy[0] > arrow.get_position()[0] for arrow in arrows)
    joint = next(text for text in ax.texts if text.get_text().startswith("joint"))
    assert sum(arrow.xy == joint.get_position() for arrow in arrows) == 3


def test_a_moment_shows_losses_so_far_experts_and_weights():
    weights = np.array([[0.5, 0.0], [0.0, 0.4]])
    experts = {"text": ([0.2, 0.8], [1.1, 0.9]), "audio": ([0.5, 0.5], [1.0, 1.2])}
    curves = {"task": [1.0, 0.5], "U": [0.01, 0.01]}
    left, middle, right, _ = drawn(plots.moment(curves, experts, weights, epochs=7, even=0.375))
    assert {line.get_label(): list(line.get_ydata()) for line in left.lines} == curves
    assert left.get_yscale() == "log"
    assert left.get_xlim()[1] > 7
    shown = {line.get_label(): line.get_data() for line in middle.lines}
    for name, both in experts.items():
        np.testing.assert_allclose(shown[name], both)
    assert middle.lines[-1].get_xdata()[0] == 0.375
    np.testing.assert_allclose(right.images[0].get_array(), weights)


def test_moments_share_their_axes():
    frames = [
        drawn(plots.moment({"task": y}, {"text": (x, x)}, [[w]], epochs=3, even=0.5))
        for y, x, w in (([1.0], [0.1], 0.1), ([1.0, 0.1], [0.9], 0.9))
    ]
    for first, second in zip(*frames, strict=True):
        assert (first.get_xlim(), first.get_ylim()) == (second.get_xlim(), second.get_ylim())
    assert frames[0][2].images[0].get_clim() == frames[1][2].images[0].get_clim() == (0, 1)


def test_pushes_print_each_norm_and_leave_zeros_white():
    maps = {
        "before": {"task": {"gate": 0.1, "head": 2.0}, "KL": {"gate": 0.0, "head": 1e-4}},
        "after": {"task": {"gate": 0.2, "head": 0.3}, "KL": {"gate": 0.0, "head": 0.0}},
    }
    before, after, _ = drawn(plots.pushes(maps))
    assert [text.get_text() for text in before.texts] == ["1e-01", "2e+00", "0", "1e-04"]
    np.testing.assert_allclose(
        np.ma.filled(before.images[0].get_array(), np.nan), [[-1, np.log10(2)], [np.nan, -4]]
    )
    assert before.images[0].get_clim() == after.images[0].get_clim()
    assert [tick.get_text() for tick in before.get_yticklabels()] == ["task", "KL"]
    assert [tick.get_text() for tick in after.get_xticklabels()] == ["gate", "head"]
    assert (before.get_title(), after.get_title()) == ("before", "after")
