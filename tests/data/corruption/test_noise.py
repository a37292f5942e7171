"""Noise: rates and moments against formulae, purity against other orders, and the published mistakes."""

import numpy as np
import pytest
from scipy.stats import binomtest, kstest, norm

from euar.data import DataError
from euar.data.corruption import add_noise, blank_words, feature_noise, noise_applies, released_gaussian
from euar.data.corruption.noise import DENSITY

GREY = np.full((120, 160, 3), 128, dtype=np.uint8)
IDS = [f"clip-{row}" for row in range(4000)]


def difference(image, **changes):
    arguments = {"id": "a", "modality": "rgb", "kind": "gaussian", "strength": 1, "seed": 0} | changes
    return add_noise(image, **arguments).astype(int) - image


@pytest.mark.parametrize(("strength", "scale"), [(1, 10), (2, 10), (5, 1)])
def test_gaussian_noise_has_the_sd_of_its_strength_and_is_the_same_in_all_channels(strength, scale):
    found = difference(GREY, strength=strength, scale=scale)
    assert np.array_equal(found[..., 0], found[..., 1])
    assert np.array_equal(found[..., 0], found[..., 2])
    sd, n = scale * strength, found[..., 0].size
    assert abs(found.mean()) < 4 * sd / np.sqrt(n)
    assert (
        abs(found[..., 0].std() - sd) < 4 * sd / np.sqrt(2 * n) + 0.02
    )  # rounding adds 1/12 to the variance


def test_gaussian_noise_is_clipped_on_both_sides():
    dark = add_noise(np.zeros_like(GREY), "a", "rgb", "gaussian", 5, 0)
    share = (dark == 0).mean()
    expected = norm.cdf(0.5 / 50)  # what rounds to 0 or falls below
    assert abs(share - expected) < 4 * np.sqrt(expected * (1 - expected) / (120 * 160))
    white = add_noise(np.full_like(GREY, 255), "a", "rgb", "gaussian", 5, 0)
    assert white.max() == 255
    assert (white == 255).mean() > 0.4


def test_salt_and_pepper_hits_a_tenth_of_the_pixels_in_the_share_of_pictures_that_strength_says():
    small = GREY[:20, :20]
    hit = [
        not np.array_equal(add_noise(small, name, "rgb", "salt-pepper", 5, 0), small) for name in IDS[:1000]
    ]
    assert binomtest(sum(hit), 1000, 0.5).pvalue > 1e-3
    noisy = add_noise(GREY, "a", "rgb", "salt-pepper", 10, 0)  # always
    size = GREY[..., 0].size
    for value in (0, 255):
        assert binomtest(int((noisy[..., 0] == value).sum()), size, DENSITY / 2).pvalue > 1e-3
    assert set(np.unique(noisy)) == {0, 128, 255}
    assert (noisy == noisy[..., :1]).all()


def test_salt_and_pepper_at_the_small_scale_is_ten_times_rarer():
    small = GREY[:20, :20]
    hit = [
        not np.array_equal(add_noise(small, name, "rgb", "salt-pepper", 10, 0, scale=1), small)
        for name in IDS
    ]
    assert binomtest(sum(hit), len(IDS), 0.1).pvalue > 1e-3


@pytest.mark.parametrize("kind", ["gaussian", "salt-pepper"])
def test_noise_depends_on_what_is_named_and_on_nothing_else(kind):
    same = {"kind": kind, "strength": 10}
    first = difference(GREY, **same)
    np.random.default_rng(0).random(7)
    assert np.array_equal(difference(GREY, **same), first)
    for change in ({"id": "b"}, {"modality": "depth"}, {"seed": 1}):
        assert not np.array_equal(difference(GREY, **same | change), first)


def test_no_noise_changes_nothing_and_the_picture_itself_never_changes():
    before = GREY.copy()
    for kind in ("gaussian", "salt-pepper"):
        assert np.array_equal(add_noise(GREY, "a", "rgb", kind, 0, 0), GREY)
        add_noise(GREY, "a", "rgb", kind, 10, 0)
    assert np.array_equal(GREY, before)
    flat = add_noise(GREY[..., 0], "a", "rgb", "gaussian", 1, 0)
    assert np.array_equal(flat, add_noise(GREY, "a", "rgb", "gaussian", 1, 0)[..., 0])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "blur"}, r"gaussian \| salt-pepper"),
        ({"strength": -1}, "a number from 0"),
        ({"strength": np.nan}, "a number from 0"),
    ],
)
def test_what_is_refused(change, words):
    with pytest.raises(DataError, match=words):
        difference(GREY, **change)
    with pytest.raises(DataError, match="uint8"):
        difference(GREY.astype(float))


def test_half_of_the_rows_are_hit_and_modalities_are_independent():
    rgb, depth = (noise_applies(IDS, name, seed=0) for name in ("rgb", "depth"))
    for hit in (rgb, depth):
        assert binomtest(int(hit.sum()), len(IDS), 0.5).pvalue > 1e-3
    assert binomtest(int((rgb & depth).sum()), len(IDS), 0.25).pvalue > 1e-3
    assert noise_applies(IDS, "rgb", 0, p=1).all()
    assert not noise_applies(IDS, "rgb", 0, p=0).any()
    assert np.array_equal(noise_applies(IDS[10:20], "rgb", 0), rgb[10:20])


def test_words_are_blanked_at_the_rate_of_the_strength():
    text = " ".join(f"w{number}" for number in range(5000))
    found = blank_words(text, "a", "text", 3, 0).split()
    assert binomtest(found.count("_"), 5000, 0.3).pvalue > 1e-3
    assert all(new in ("_", old) for old, new in zip(text.split(), found, strict=True))
    assert blank_words(text, "a", "text", 0, 0) == text
    assert set(blank_words(text, "a", "text", 10, 0).split()) == {"_"}
    assert blank_words(text, "a", "text", 3, 1).split() != found
    assert blank_words("", "a", "text", 3, 0) == ""


def test_feature_noise_is_standard_normal_times_strength_row_by_row():
    values = np.zeros((200, 50), dtype=np.float32)
    noise = feature_noise(values, IDS[:200], "audio", 2.0, 0)
    assert noise.dtype == np.float32
    assert kstest(noise.ravel() / 2, "norm").pvalue > 1e-3
    order = np.random.default_rng(0).permutation(200)
    again = feature_noise(values, [IDS[row] for row in order], "audio", 2.0, 0)
    assert np.array_equal(again, noise[order])
    assert not np.array_equal(feature_noise(values, IDS[:200], "text", 2.0, 0), noise)


def test_the_released_noise_wraps_dark_pixels_to_bright_and_repeats_its_pattern():
    dark = released_gaussian(np.zeros_like(GREY), 1)
    pattern = np.random.RandomState(0).normal(0, 10, size=(120, 160, 1))
    wrapped = pattern <= -1  # truncated to -1 or less, and then 256 is added
    assert (dark[wrapped.repeat(3, axis=2)] > 150).all()
    assert (dark[~wrapped.repeat(3, axis=2)] < 60).all()
    assert np.array_equal(released_gaussian(np.zeros_like(GREY), 1), dark)
    state = np.random.get_state()[1].copy()
    released_gaussian(GREY, 5)
    assert np.array_equal(np.random.get_state()[1], state)
