"""What the pictures show: read back from the artists."""

import numpy as np
import pytest

from euar.chapters.trained_encoders import pictures
from tests.drawing import drawn


def test_each_encoder_has_a_map_on_one_scale_with_lines_where_the_sign_changes():
    maps = {"before": np.full((5, 5), 0.5), "after": np.eye(5)}
    *axes, _bar = drawn(pictures.likenesses(maps, negative=2))
    assert [ax.get_title() for ax in axes] == ["before", "after"]
    for ax, cosines in zip(axes, maps.values(), strict=True):
        (image,) = ax.images
        np.testing.assert_array_equal(image.get_array(), cosines)
        assert image.get_clim() == (-1, 1)
        across, down = ax.lines
        assert across.get_ydata() == pytest.approx([1.5, 1.5])
        assert down.get_xdata() == pytest.approx([1.5, 1.5])
