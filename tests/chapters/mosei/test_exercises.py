"""The chapter on CMU-MOSEI: exercises, claims that can fail, and a run on a user's own file."""

from pathlib import Path

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest

from euar.chapters import ClaimError
from euar.chapters.mosei import exercises as check
from euar.experiments import comparison
from tests.data.readers.writers.pickles import mmsa

CHAPTER = Path(__file__).parents[3] / "book" / "mosei.ipynb"
SOURCES = {cell.id: cell.source for cell in nbformat.read(CHAPTER, as_version=4).cells}
RESULTS = ("counts", "results")
CURVE = ("table", "picture", "curve-read-results")
LIVE = ("live-data", "break-run", "yours-run")


def unfinished(*_):
    raise NotImplementedError


RIGHT = {
    check.shrinkage: [(685 / 4653) ** 0.5, 0.384, np.float64(0.3837)],
    check.seeds_needed: [
        lambda d, s: np.ceil((1.96 * s / d) ** 2),
        lambda d, s: -int(-((1.96 * s / d) ** 2) // 1),
    ],
    check.nested: [
        lambda rows, size, seed: np.random.default_rng(seed).permutation(rows)[:size],
        lambda rows, size, seed: np.random.default_rng(seed).random(rows).argsort()[:size].tolist(),
    ],
}
WRONG = {
    check.shrinkage: [..., 685 / 4653, (4653 / 685) ** 0.5, 4653 / 685, 0.5],
    check.seeds_needed: [
        unfinished,
        lambda d, s: (1.96 * s / d) ** 2,
        lambda d, s: np.floor((1.96 * s / d) ** 2),
        lambda d, s: np.ceil(1.96 * s / d),
        lambda d, s: np.ceil((s / d) ** 2),
        lambda d, s: 5,
        lambda d, s: 1 / 0,
    ],
    check.nested: [
        unfinished,
        lambda rows, size, seed: np.zeros(size, dtype=int),
        lambda rows, size, seed: rows + np.arange(size),
        lambda rows, size, seed: np.random.default_rng(0).permutation(rows)[:size],
        lambda rows, size, seed: np.arange(size) + 0 * seed if seed == 0 else np.arange(size)[::-1] + 1,
        lambda rows, size, seed: np.random.default_rng([seed, size]).permutation(rows)[:size],
        lambda rows, size, seed: 1 / 0,
    ],
}


def chapter(*cells, **names):
    """Run these cells in order, `names` in place of what the parameters and imports bring."""
    space = {"profile": "smoke", "source": None}
    exec(SOURCES["imports"], space)
    space |= names
    for cell in cells:
        exec(SOURCES[cell], space)
    plt.close("all")
    return space


@pytest.fixture(scope="module")
def known():
    return chapter(*RESULTS, *CURVE)


def replaced(known, by_seed):
    """The claims, with another measurement in place of `comparison.by_seed`."""
    names = {name: value for name, value in known.items() if not name.startswith("__")}
    space = chapter(*RESULTS)
    space["comparison"] = type("Measured", (), {"by_seed": staticmethod(by_seed)})
    exec(SOURCES["curve-read-results"], space)
    return names | {name: space[name] for name in ("comparison", "curve", "ridge_curve")}


def test_the_claims_hold(known):
    for cell in ("claims", "curve-claims"):
        exec(SOURCES[cell], dict(known))


def test_control_a_network_as_good_as_ridge(known):
    flat = replaced(known, lambda result, metric: [result["baselines"]["ridge"][metric]] * 5)
    with pytest.raises(ClaimError, match="ridge - default"):
        exec(SOURCES["claims"], flat)
    with pytest.raises(ClaimError, match="gain on ridge"):
        exec(SOURCES["curve-claims"], flat)


@pytest.mark.parametrize("by", [-0.018, 0.018])
@pytest.mark.parametrize("system", ["mlp-experts", "concat"])
def test_control_a_rival_that_is_better_or_worse(known, system, by):
    def other(result, metric):
        change = by * (result["config"]["preset"] == system)
        return [value + change for value in comparison.by_seed(result, metric)]

    changed = replaced(known, other) | {"ridge": 1.0}  # far behind all: that claim holds
    with pytest.raises(ClaimError, match=f"default against {system}"):
        exec(SOURCES["claims"], changed)


@pytest.mark.parametrize("system", ["default", "concat"])
def test_control_a_network_that_needs_many_rows(known, system):
    def late(result, metric):
        few = result["config"]["preset"] == system and result["config"]["request"]["size"] == 1284
        return [value + 0.03 * few for value in comparison.by_seed(result, metric)]

    with pytest.raises(ClaimError, match="1,284 rows"):
        exec(SOURCES["curve-claims"], replaced(known, late))


@pytest.mark.filterwarnings("ignore:r of a constant")  # the file has one validation row
def test_the_live_part_runs_on_a_file_of_three_modalities(tmp_path, known, capsys):
    space = dict(known) | {"source": str(mmsa.write(tmp_path))}
    for cell in LIVE:
        exec(SOURCES[cell], space)
    printed = capsys.readouterr().out
    assert "3 modalities" in printed
    assert "without text" in printed
    assert list(space["data"].modalities) == ["text", "audio", "vision"]
