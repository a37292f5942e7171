"""Noise: rates and moments against formulae, purity against other orders, and the published mistakes."""

import numpy as np
import pytest
from scipy.stats import binomtest, kstest, norm

from euar.data import DataError
from euar.data.corruption import add_noise, blank_words, feature_noise, noise_applies, released_gaussian
from tests.data.corruption import slow

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
    rounded = np.sqrt(sd**2 + 1 / 12)
    assert abs(found[..., 0].std() - rounded) < 4 * sd / np.sqrt(2 * n)


@pytest.mark.parametrize("grey", [0, 20, 128, 240, 255])
def test_gaussian_noise_is_rounded_and_clipped_on_both_sides(grey):
    """The law of a pixel in closed form: a normal one, whole numbers, with the tails on 0 and 255."""
    levels = np.arange(256)
    law = np.diff(norm.cdf([-np.inf, *(levels[1:] - 0.5), np.inf], loc=grey, scale=50))
    found = add_noise(np.full((200, 300), grey, dtype=np.uint8), "a", "rgb", "gaussian", 5, 0)
    mean = law @ levels
    assert abs(found.mean() - mean) < 4 * np.sqrt(law @ (levels - mean) ** 2 / found.size)
    for end in (0, 255):
        assert binomtest(int((found == end).sum()), found.size, law[end]).pvalue > 1e-3


def test_gaussian_noise_is_that_of_a_loop_over_pixels():
    image = np.random.default_rng(0).integers(0, 256, size=(9, 7, 3), dtype=np.uint8)
    found = add_noise(image, "a", "rgb", "gaussian", 5, seed=2, scale=10)
    assert np.array_equal(found, slow.gaussian(image, "a", "rgb", 5, 2, 10))


def test_salt_and_pepper_hits_a_tenth_of_the_pixels_in_the_share_of_pictures_that_strength_says():
    small = GREY[:20, :20]
    hit = [
        not np.array_equal(add_noise(small, name, "rgb", "salt-pepper", 5, 0), small) for name in IDS[:1000]
    ]
    assert binomtest(sum(hit), 1000, 0.5).pvalue > 1e-3
    noisy = add_noise(GREY, "a", "rgb", "salt-pepper", 10, 0)  # always
    size = GREY[..., 0].size
    for value in (0, 255):
        assert binomtest(int((noisy[..., 0] == value).sum()), size, 0.05).pvalue > 1e-3
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
        ({"strength": -1}, "strength: expected a number from 0"),
        ({"strength": np.nan}, "strength: expected a number from 0"),
        ({"strength": np.inf}, "strength: expected a number from 0"),
        ({"scale": -1}, "scale: expected a number from 0"),
        ({"scale": np.nan}, "scale: expected a number from 0"),
    ],
)
def test_unknown_noise_and_impossible_strengths_are_refused(change, words):
    with pytest.raises(DataError, match=words) as caught:
        difference(GREY, **change)
    assert all(caught.value.args)


@pytest.mark.parametrize("image", [GREY.astype(float), GREY[0, 0], GREY[None]])
def test_what_is_no_picture_is_refused(image):
    for noise in (lambda: difference(image), lambda: released_gaussian(image, 1)):
        with pytest.raises(DataError, match="uint8"):
            noise()


@pytest.mark.parametrize("strength", [-1, np.nan, np.inf])
def test_impossible_strengths_of_words_features_and_the_released_noise_are_refused(strength):
    for noise in (
        lambda: blank_words("a b", "a", "text", strength, 0),
        lambda: feature_noise(np.zeros((1, 2)), ["a"], "audio", strength, 0),
        lambda: released_gaussian(GREY, strength),
    ):
        with pytest.raises(DataError, match="a number from 0"):
            noise()


@pytest.mark.parametrize("p", [-0.1, 1.1, np.nan])
def test_what_is_no_probability_is_refused(p):
    with pytest.raises(DataError, match="p: expected a number from 0 to 1,"):
        noise_applies(IDS, "rgb", 0, p)


@pytest.mark.parametrize("shape", [(3, 2), (1, 2), (2,), (2, 2, 2)])
def test_features_that_are_not_one_vector_an_id_are_refused(shape):
    with pytest.raises(DataError, match="values: expected"):
        feature_noise(np.zeros(shape), ["a", "b"], "audio", 1, 0)


def test_half_of_the_rows_are_hit_and_modalities_are_independent():
    rgb, depth = (noise_applies(IDS, name, seed=0) for name in ("rgb", "depth"))
    for hit in (rgb, depth):
        assert binomtest(int(hit.sum()), len(IDS), 0.5).pvalue > 1e-3
    assert binomtest(int((rgb & depth).sum()), len(IDS), 0.25).pvalue > 1e-3
    assert noise_applies(IDS, "rgb", 0, p=1).all()
    assert not noise_applies(IDS, "rgb", 0, p=0).any()
    assert np.array_equal(noise_applies(IDS[10:20], "rgb", 0), rgb[10:20])
    assert not np.array_equal(noise_applies(IDS, "rgb", 1), rgb)
    for p in (0.2, 0.5):
        looped = [slow.noise_applies(id, "rgb", 0, p) for id in IDS[:300]]
        assert noise_applies(IDS[:300], "rgb", 0, p).tolist() == looped


def test_words_are_blanked_at_the_rate_of_the_strength():
    text = " ".join(f"w{number}" for number in range(5000))
    found = blank_words(text, "a", "text", 3, 0).split()
    assert binomtest(found.count("_"), 5000, 0.3).pvalue > 1e-3
    assert all(new in ("_", old) for old, new in zip(text.split(), found, strict=True))
    assert blank_words(text, "a", "text", 0, 0) == text
    assert set(blank_words(text, "a", "text", 10, 0).split()) == {"_"}
    assert blank_words(text, "a", "text", 3, 1).split() != found
    assert blank_words("", "a", "text", 3, 0) == ""


def test_words_are_blanked_as_in_a_loop_over_words():
    text, changes = "a b c d e f g h " * 20, ({}, {"id": "b"}, {"modality": "title"}, {"strength": 6})
    for change in changes:
        arguments = {"id": "a", "modality": "text", "strength": 4, "seed": 3} | change
        assert blank_words(text, **arguments) == slow.blank_words(text, **arguments)


def test_feature_noise_is_standard_normal_times_strength_row_by_row():
    values = np.zeros((200, 50), dtype=np.float32)
    noise = feature_noise(values, IDS[:200], "audio", 2.0, 0)
    assert noise.dtype == np.float32
    assert kstest(noise.ravel() / 2, "norm").pvalue > 1e-3
    order = np.random.default_rng(0).permutation(200)
    again = feature_noise(values, [IDS[row] for row in order], "audio", 2.0, 0)
    assert np.array_equal(again, noise[order])
    assert not np.array_equal(feature_noise(values, IDS[:200], "text", 2.0, 0), noise)
    assert not np.array_equal(feature_noise(values, IDS[:200], "audio", 2.0, 1), noise)


def test_feature_noise_is_that_of_a_loop_over_ids_and_is_added():
    values = np.random.default_rng(0).normal(size=(20, 6)).astype(np.float32)
    found = feature_noise(values, IDS[:20], "audio", 0.5, 3)
    for row, id in enumerate(IDS[:20]):
        expected = values[row] + 0.5 * slow.generator("features", 3, "audio", id).standard_normal(6)
        np.testing.assert_allclose(found[row], expected, rtol=1e-5, atol=1e-6)
    assert np.array_equal(feature_noise(values, IDS[:20], "audio", 0, 3), values)


def test_the_released_noise_clips_above_only_and_wraps_dark_pixels_to_bright():
    """Each value by hand: cut above 255, cut to a whole number, and what is negative gains 256."""
    image = np.random.default_rng(0).integers(0, 256, size=(9, 7, 3), dtype=np.uint8)
    pattern = np.random.RandomState(0).normal(0, 50, size=(9, 7))
    sums = [
        [[float(value) + grey for value in pixel] for pixel, grey in zip(*row, strict=True)]
        for row in zip(image, pattern, strict=True)
    ]
    expected = [[[int(min(value, 255)) % 256 for value in pixel] for pixel in row] for row in sums]
    assert released_gaussian(image, 5).tolist() == expected
    assert np.array_equal(released_gaussian(image[..., 0], 5), released_gaussian(image, 5)[..., 0])


def test_the_released_noise_makes_black_bright_where_ours_stays_dark():
    black, half = np.zeros_like(GREY), 255 / 2
    wrapped = norm.cdf(-1 / 10)  # share that falls to -1 or less
    released = released_gaussian(black, 1)[..., 0]
    assert binomtest(int((released > half).sum()), released.size, wrapped).pvalue > 1e-3
    assert add_noise(black, "a", "rgb", "gaussian", 1, 0).max() < half


def test_the_released_noise_repeats_its_pattern_and_leaves_the_global_state_alone():
    np.random.set_state(np.random.RandomState(7).get_state())
    state = np.random.get_state()[1].copy()
    first, second = (released_gaussian(image, 1).astype(int) - image for image in (GREY, GREY - 20))
    assert np.array_equal(first, second)
    assert np.array_equal(np.random.get_state()[1], state)
    ours = [difference(GREY, id=name) for name in "ab"]
    assert not np.array_equal(*ours)
