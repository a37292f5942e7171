"""The exercises of "Noise and views" know right from wrong; its claims fail where nothing is to be found."""

from dataclasses import replace
from types import SimpleNamespace

import matplotlib
import numpy as np
import pytest
from scipy.stats import spearmanr

import euar.data
from euar.chapters import ClaimError
from euar.chapters.noise_and_views import exercises as check

matplotlib.use("Agg")
from tests.chapters.controls import run

DEEPER = "noise_and_views_deeper"
TWINS = ["load", "twins-code", "twins"]
MEAN = np.array([3.0, 20.0])  # of the available rows that `fill_missing` gives


def in_place(features, available):
    features[~available] = features[available].mean(axis=0)
    return features


def filled_with(value):
    return lambda features, available: np.where(available[:, None], features, value)


def multiplied(features, available):
    return features * available[:, None] + np.outer(~available, MEAN)


def unfinished(*_):
    raise NotImplementedError


RIGHT = {
    check.added_error: [
        (4, 0.5),
        [4.0, np.float32(0.5)],
    ],
    check.trust: [
        lambda v, s: v / (v + s**2),
        lambda v, s: 1 - s * s / (s * s + v),
    ],
    check.fill_missing: [
        filled_with(MEAN),
        lambda features, available: in_place(features.copy(), available),
    ],
}
WRONG = {
    check.added_error: [(..., ...), (2, 0.5), (3, 0.5), (4, 0.25), (4, 1)],
    check.trust: [
        lambda v, s: ...,
        lambda v, s: 1.0,
        lambda v, s: v / (v + s),
        lambda v, s: np.sqrt(v / (v + s**2)),
        lambda v, s: s**2 / (v + s**2),
        lambda v, s: v,
        lambda v, s: 1 / 0,
    ],
    check.fill_missing: [
        lambda features, available: None,
        in_place,
        filled_with(0.0),
        lambda features, available: filled_with(features.mean(axis=0))(features, available),
        lambda features, available: filled_with(features[available].mean())(features, available),
        multiplied,
        filled_with(1.0),
        lambda features, available: features[available],
        lambda features, available: np.tile(MEAN, (len(features), 1)),
    ],
}


@pytest.fixture(scope="module")
def tweets():
    data = euar.data.load("embedded")
    few = {
        name: values[:, :150] for name, values in data.modalities.items()
    }  # fits take a fraction of the time
    return replace(data, modalities=few)


def shuffled(values, seed=0):
    return np.random.default_rng(seed).permutation(values)


def test_control_noise_that_belongs_to_other_samples():
    def simulate(seed):
        data = euar.data.simulate(seed=seed)
        levels = {name: shuffled(level, seed) for name, level in data.meta["noise"].items()}
        return replace(data, meta={"noise": levels})

    with pytest.raises(ClaimError, match="error follows"):
        run(
            "noise_and_views",
            *["maps", "ridge", "known-noise-against-noise", "known-noise"],
            simulate=lambda seed=0: simulate(seed),
        )


def test_control_noise_in_audio_that_the_error_follows():
    def simulate(seed=0):
        data = euar.data.simulate(seed=seed)
        noise = data.meta["noise"]
        return replace(data, meta={"noise": noise | {"audio": noise["text"]}})

    with pytest.raises(ClaimError, match="error and the noise in audio"):
        run(
            "noise_and_views",
            *["maps", "ridge", "known-noise-against-noise", "known-noise"],
            simulate=simulate,
        )


def test_control_a_split_by_family_leaves_no_twins(tweets):
    with pytest.raises(ClaimError, match="split by id"):
        run(DEEPER, *TWINS, load=lambda _: replace(tweets, groups=tweets.ids))


def test_control_strangers_called_relatives_hide_nothing(tweets):
    with pytest.raises(ClaimError, match="relatives hide"):
        run(
            DEEPER,
            *[*TWINS, "features", "tuned", "leak-gain-from-twins", "leak"],
            load=lambda _: replace(tweets, groups=shuffled(tweets.groups, 99)),
        )


FOLDS = ["load", "features", "pools", "tuned", "folds-fit-folds", "folds", "folds-claim"]


def test_control_views_that_say_nothing_about_the_label(tweets):
    with pytest.raises(ClaimError, match="best single view"):
        run(DEEPER, *FOLDS, load=lambda _: replace(tweets, target=shuffled(tweets.target)))


@pytest.fixture(scope="module")
def chapter(tweets):
    return run(DEEPER, *FOLDS, load=lambda _: tweets)


def after(chapter, *cells, **names):
    kept = {name: value for name, value in chapter.items() if name != "__builtins__"}
    return run(DEEPER, *cells, **kept | names)


def test_control_a_view_that_nobody_needs(chapter):
    swap = {"style": "sentence", "sentence": "style"}
    owner = np.array([swap.get(name, name) for name in chapter["owner"]])
    with pytest.raises(ClaimError, match="cost of not retraining"):
        after(chapter, "drop-claim", owner=owner)


def test_control_a_model_of_all_views_that_knows_the_label(chapter):
    without = [SimpleNamespace(predict=lambda x, of=of: of.predict(x) + 0.5) for of in chapter["all_views"]]
    with pytest.raises(ClaimError, match="less the lost view"):
        after(chapter, "drop-claim", together=chapter["target"], all_views=without)


def test_control_errors_that_do_follow_the_raters(chapter, tweets):
    following = np.abs(np.random.default_rng(99).normal(size=len(tweets))) * tweets.target_sd
    with pytest.raises(ClaimError, match="yardstick"):
        after(chapter, "yardstick-code", "yardstick", error=following, sd=tweets.target_sd)


def test_control_disagreement_of_other_texts(chapter, tweets):
    sd = shuffled(tweets.target_sd)
    twenty = [test[tweets.meta["pool"][test] == "20"] for _, test in chapter["FOLDS"]]
    with pytest.raises(ClaimError, match="predicted and true SD"):
        after(chapter, "predict-sd", sd=sd, twenty=twenty, spearman=lambda a, b: spearmanr(a, b).statistic)
