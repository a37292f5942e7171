"""Distances against numpy's own inverse, from training rows alone."""

import numpy as np
import pytest
from sklearn.covariance import LedoitWolf

from euar.chapters.other_signals.density import distances, together
from tests.chapters.other_signals.whole import whole


def data(shift=0.0):
    """The first test row lies elsewhere in `a`."""
    found = whole(400)
    found.modalities["a"][np.flatnonzero(found.split == "test")[0]] += shift
    return found


def test_a_distance_is_that_of_mean_and_shrunk_covariance():
    scaled = data().standardize()
    train, test = (scaled.modalities["a"][scaled.split == split].astype(float) for split in ("train", "test"))
    off = test - train.mean(axis=0)
    inverse = np.linalg.inv(LedoitWolf().fit(train).covariance_)
    assert distances(data())["a"] == pytest.approx(np.einsum("ni,ij,nj->n", off, inverse, off), rel=1e-5)


def test_what_lies_far_from_the_training_rows_is_far_in_its_modality_alone():
    near, far = distances(data()), distances(data(shift=20.0))
    assert far["a"][0] > 10 * near["a"][0] and far["a"].argmax() == 0
    np.testing.assert_array_equal(far["b"], near["b"])
    np.testing.assert_array_equal(far["a"][1:], near["a"][1:])  # test rows decide nothing


def test_modalities_together_are_one_row():
    assert together(data(shift=20.0)).argmax() == 0
    one = data().with_modalities(["a"])
    np.testing.assert_allclose(together(one), distances(one)["a"])
