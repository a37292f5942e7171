"""The simulator: labels like CMU-MOSI's, and noise that is what it says."""

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression, RidgeCV

from euar.data import simulate

ROWS = 50_000
CLASSES = np.arange(-3, 4)
MOSI = {  # labels that round to -3..3; then negative, zero, positive
    "train": ((24, 198, 227, 247, 227, 312, 46), (551, 53, 677)),
    "test": ((46, 155, 145, 106, 113, 100, 20), (378, 30, 277)),
}


@pytest.fixture(scope="module")
def large():
    return simulate(n=(ROWS, 10, ROWS))


def test_the_default_has_the_rows_of_mosi_and_means_of_five_raters():
    data = simulate()
    assert [np.sum(data.split == word) for word in ("train", "valid", "test")] == [1284, 229, 686]
    assert data.task == "regression"
    np.testing.assert_allclose(data.target * 5, np.rint(data.target * 5), atol=1e-5)
    assert np.abs(data.target).max() <= 3


@pytest.mark.parametrize("split", MOSI)
def test_classes_and_signs_have_the_frequencies_of_mosi(large, split):
    target = large.target[large.split == split]
    found = [np.mean(np.rint(target) == label) for label in CLASSES]
    found += [np.mean(np.sign(target) == sign) for sign in (-1, 0, 1)]
    counts = np.concatenate(MOSI[split])
    expected = counts / sum(MOSI[split][0])
    error = np.sqrt(expected * (1 - expected) / ROWS)
    assert (np.abs(found - expected) < 4 * error).all()


@pytest.mark.parametrize("name", ["text", "audio", "vision"])
def test_each_sample_has_the_noise_that_meta_tells(large, name):
    """Without the mean of each label, what is left has variance sigma^2: chi-square with d degrees."""
    features, level = large.modalities[name].astype(np.float64), large.meta["noise"][name]
    labels = np.unique(large.target, return_inverse=True)[1]
    indicator = np.eye(labels.max() + 1)[labels]
    weights = 1 / level.astype(np.float64) ** 2
    means = LinearRegression(fit_intercept=False).fit(indicator, features, sample_weight=weights)
    ratio = np.mean((features - means.predict(indicator)) ** 2, axis=1) / level**2
    width = features.shape[1]
    assert abs(ratio.mean() - 1) < 4 * np.sqrt(2 / (width * len(ratio))) + 0.005  # a mean costs freedom
    assert abs(ratio.var() / (2 / width) - 1) < 0.1
    assert abs(np.corrcoef(ratio, level)[0, 1]) < 4 / np.sqrt(len(ratio))


def test_modalities_share_the_label_but_no_noise(large):
    """At one label, features and levels of different modalities are uncorrelated."""
    rows = large.target == 0
    features = [
        large.modalities[name][rows, 0] / large.meta["noise"][name][rows] for name in large.modalities
    ]
    levels = [large.meta["noise"][name][rows] for name in large.modalities]
    for values in (features, levels):
        between = np.corrcoef(values)[np.triu_indices(3, k=1)]
        assert (np.abs(between) < 4 / np.sqrt(rows.sum())).all()


def test_noise_is_log_uniform_between_its_bounds():
    level = simulate(n=(ROWS, 1, 1), noise=(0.5, 4.0)).meta["noise"]["audio"]
    place = np.sort(np.log(level / 0.5) / np.log(8))
    assert place[0] >= 0
    assert place[-1] <= 1 + 1e-6
    # Kolmogorov-Smirnov distance to the uniform law, at the 1 in 10,000 level
    assert np.abs(place - np.linspace(0, 1, len(place))).max() < 2.23 / np.sqrt(len(place))


def test_text_tells_more_than_audio_and_vision_and_all_tell_most(large):
    correlation = {}
    for names in (["text"], ["audio"], ["vision"], ["text", "audio", "vision"]):
        features = np.hstack([large.modalities[name] for name in names])
        train, test = large.split == "train", large.split == "test"
        ridge = RidgeCV(np.logspace(-2, 3, 6)).fit(features[train], large.target[train])
        correlation["+".join(names)] = np.corrcoef(ridge.predict(features[test]), large.target[test])[0, 1]
    text, audio, vision, everything = correlation.values()
    assert min(audio, vision) > 0.2
    assert max(audio, vision) < text - 0.2
    assert text < everything < 0.9


def test_it_is_a_pure_function_of_the_seed():
    assert simulate(seed=3).sha256 == simulate(seed=3).sha256
    assert simulate(seed=3).sha256 != simulate(seed=4).sha256


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"n": (0, 1, 1)}, "n: expected three ints from 1"),
        ({"noise": (0.0, 1.0)}, "noise: expected .* 0 < least <= greatest"),
        ({"noise": (2.0, 1.0)}, "noise: expected .* 0 < least <= greatest"),
    ],
)
def test_impossible_requests_are_refused(wrong, words):
    with pytest.raises(ValueError, match=words):
        simulate(**wrong)
