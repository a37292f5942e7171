"""Made-up rooms have a shape, a near and a far end, and the noise that was asked for."""

import numpy as np
import pytest

from euar.chapters.nyud.rooms import KINDS, noisy, room
from euar.data import corruption


def test_a_room_is_a_picture_in_colour_and_one_of_distances():
    colours, depth = room(3, height=30, width=40)
    assert (colours.shape, depth.shape) == ((30, 40, 3), (30, 40))
    assert colours.dtype == depth.dtype == np.uint8
    assert depth.max() == depth[15, 20] == 255  # the back wall
    assert depth[0, 0] < depth.max()


def test_a_seed_gives_one_room():
    np.testing.assert_array_equal(room(3)[0], room(3)[0])
    assert (room(3)[0] != room(4)[0]).any()


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_the_noise_is_that_of_the_test_pictures(kind):
    colours, depth = noisy(3, *kind)
    for name, found, clean in (("rgb", colours, room(3)[0]), ("depth", depth, room(3)[1])):
        expected = corruption.add_noise(clean, "room-3", name, *kind, seed=0)
        np.testing.assert_array_equal(found, expected)
