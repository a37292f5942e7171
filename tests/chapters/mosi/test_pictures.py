import numpy as np
import pytest

from euar.chapters.mosi.pictures import modality_sets
from tests.drawing import drawn


def test_each_set_is_a_line_with_our_mean_and_the_others():
    ours = {"text": [0.7, 0.8, 0.9], "audio": [0.4, 0.5, 0.6]}
    (ax,) = drawn(modality_sets(ours, {"ridge": [0.6, 0.45]}, "Acc2"))
    mean, _, (bars,) = ax.containers[0].lines
    assert list(mean.get_xdata()) == pytest.approx([0.8, 0.5])
    low, high = bars.get_segments()[0][:, 0]
    assert (low + high) / 2 == pytest.approx(0.8)
    assert high - 0.8 == pytest.approx(4.303 * 0.1 / 3**0.5, rel=1e-3)
    (ridge,) = [line for line in ax.lines if line.get_label() == "ridge"]
    np.testing.assert_allclose(ridge.get_xydata(), [(0.6, 0), (0.45, 1)])
    assert [label.get_text() for label in ax.get_yticklabels()] == ["text", "audio"]
