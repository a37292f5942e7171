"""The exercises of "Data: what we have, what leaks" know right from wrong; its claims fail without a leak."""

import copy
import warnings
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from sklearn.neural_network import MLPRegressor

from euar.chapters import ClaimError
from euar.chapters.data_and_leaks import exercises as check
from euar.chapters.data_and_leaks import measure as probes

matplotlib.use("Agg")
from tests.chapters import controls

CHAPTER = Path(__file__).parents[3] / "book" / "data_and_leaks.ipynb"


def by_group(groups, share, seed):
    names = np.random.default_rng(seed).permutation(np.unique(groups))
    return np.isin(groups, names[: round(share * len(names))])


def by_row(groups, share, seed):
    return np.random.default_rng(seed).random(len(groups)) < share


def unfinished(*_):
    raise NotImplementedError


RIGHT = {
    check.honest_score: [
        0.65,
    ],
    check.standard_errors: [
        lambda p, c, n: (p - c) / np.sqrt(c * (1 - c) / n),
        lambda p, c, n: (p - c) * (n / (c - c**2)) ** 0.5,
    ],
    check.group_split: [
        by_group,
    ],
}
WRONG = {
    check.honest_score: [..., 0.95, 0.9, 0.8, 0.5],
    check.standard_errors: [
        lambda p, c, n: ...,
        lambda p, c, n: (p - c) / np.sqrt(c * (1 - c)),
        lambda p, c, n: (p - c) / (c * (1 - c) / n),
        lambda p, c, n: (p - c) / np.sqrt(p * (1 - p) / n),
        lambda p, c, n: abs(p - c) / np.sqrt(c * (1 - c) / n),
        lambda p, c, n: p - c,
        lambda p, c, n: 1 / 0,
    ],
    check.group_split: [
        lambda groups, share, seed: None,
        by_row,
        lambda groups, share, seed: by_group(groups, 0.8, seed),
        lambda groups, share, seed: by_group(groups, share, 0),
        lambda groups, share, seed: by_group(groups, share, None),
        lambda groups, share, seed: np.flatnonzero(by_group(groups, share, seed)),
    ],
}


CELLS = ["extractor", "leak", "leak-panel-draw", "leak-panel", "leak-curve"]


def run(cells, **names):
    """Execute cells of the chapter, `names` in place of what the imports bring, and return their names."""
    return controls.run("data_and_leaks", *cells, **names)


def without_labels(**_options):
    """An extractor that learns nothing: a fresh network."""
    network = MLPRegressor(hidden_layer_sizes=(64,), max_iter=1, random_state=0)

    def fit(x, _y):
        MLPRegressor.fit(network, x[:200], np.random.default_rng(0).normal(size=200))

    network.fit = fit
    return network


def test_control_an_extractor_that_learns_no_label_leaks_nothing():
    with pytest.raises(ClaimError, match="seen rows minus unseen rows"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        run([*CELLS, "leak-claims"], MLPRegressor=without_labels, SEEDS=range(2))


@pytest.mark.parametrize(
    ("shares", "name"),
    [
        ({0.77: 0.70}, "share 0.77: all rows minus ridge"),  # a leak that does not lift the score
        ({0.0: 0.83}, "share 0: all rows minus ridge"),  # fitted features that are better, without a leak
    ],
)
def test_control_another_curve_is_noticed(shares, name):
    scores = {0.0: 0.72, 0.77: 0.93} | shares
    seen = np.array([True, False])
    with pytest.raises(ClaimError, match=name):
        run(
            ["leak-claims"],
            acc2=lambda prediction, rows: prediction[rows].mean(),
            runs={0.77: [(np.array([1.0, 0.7 + shift]), seen) for shift in (0.0, 0.01)]},
            curves={"all rows": np.array([[score, score + 0.001] for score in scores.values()])},
            SHARES=tuple(scores),
            honest=0.8,
        )


def test_control_features_that_did_not_see_the_videos():
    """The honest variant has no seen video; the audio, whose extractor used no label, knows no difference."""
    report = copy.deepcopy(probes.by_condition()["mosi", "leaked", None]["leaks"])
    for name in ("text", "video"):
        report["modalities"][name] |= {
            "groups": report["modalities"]["audio"]["groups"],
            "seen_groups": report["modalities"]["audio"]["seen_groups"],
        }
    space = run([])
    space["theirs"] = report
    source = {cell.id: cell.source for cell in nbformat.read(CHAPTER, as_version=4).cells}
    exec(source["seen-picture"], space)
    with pytest.raises(ClaimError, match="text: the seen videos minus an unseen one"):
        for cell in ("seen-minus-unseen", "seen-claims"):
            exec(source[cell], space)
    plt.close("all")
