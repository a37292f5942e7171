"""The pictures show the numbers that they were given."""

import numpy as np

from euar.chapters.noise_and_views import pictures


def points(ax, label):
    (line,) = [line for line in ax.lines if line.get_label() == label]
    return line.get_xydata()


def test_noise_maps_share_a_scale_and_name_their_columns():
    maps = {"a": np.array([[0.1, 1.0]]), "b": np.array([[0.5, 2.0]])}
    made = pictures.noise_maps(maps, ["text", "audio"])
    for ax, (title, level) in zip(made.axes, maps.items(), strict=False):
        (image,) = ax.images
        assert ax.get_title() == title
        assert [tick.get_text() for tick in ax.get_xticklabels()] == ["text", "audio"]
        assert np.array_equal(image.get_array(), level)
        assert image.get_clim() == (0.1, 2.0)


def test_noisy_reading_shows_the_sample_and_all_readings():
    clean, noisy, reading, target = np.random.default_rng(0).normal(size=(4, 6))
    features, scatter = pictures.noisy_reading(clean, noisy, reading, target).axes
    assert np.array_equal(points(features, "clean")[:, 1], clean)
    assert np.array_equal(points(features, "noisy")[:, 1], noisy)
    assert np.array_equal(scatter.collections[0].get_offsets(), np.stack([target, reading], axis=1))


def test_ratings_counts_every_label_and_shows_every_pool():
    target = np.array([-2.95, 0.05, 0.05, 2.95])
    made = pictures.ratings(target, {"few": np.array([0.5, 0.6]), "many": np.array([0.7])})
    labels, spread = made.axes
    assert sum(bar.get_height() for bar in labels.patches) == len(target)
    assert [text.get_text() for text in spread.get_legend().get_texts()] == ["few", "many"]


def test_error_by_disagreement_shows_rows_and_bins():
    sd, error, bins = np.array([0.1, 0.2]), np.array([0.3, 3.0]), np.array([[0.15, 1.65]])
    (ax,) = pictures.error_by_disagreement({"pool": (sd, error, bins)}).axes
    assert np.array_equal(ax.collections[0].get_offsets(), np.stack([sd, error], axis=1))
    assert np.array_equal(points(ax, "mean of a bin"), bins)
    assert ax.get_ylim()[0] == 0
    assert ax.get_ylim()[1] > error.max()
