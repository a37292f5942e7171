"""The chapter on CMU-MOSEI: exercises, claims that can fail, and a run on a user's own file."""

import numpy as np
import pytest

from euar.chapters import ClaimError
from euar.chapters.mosei import exercises as check
from tests.chapters import controls
from tests.data.readers.writers.pickles import mmsa

SOURCES = controls.sources("mosei")
DEEPER = controls.sources("mosei_deeper")
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


@pytest.fixture(scope="module")
def known():
    return controls.run("mosei", *RESULTS, *CURVE)


def replaced(change):
    """The names of the chapter, with results in which `change(row, result)` has changed each run's scores."""

    def change_pairs(pairs):
        for row, result in pairs:
            for one in result["runs"]:
                change(row, result, one["test"])

    return controls.run("mosei", *RESULTS, *CURVE, change=change_pairs)


def test_the_claims_hold(known):
    for cell in ("claims", "curve-claims"):
        exec(SOURCES[cell], dict(known))


def test_control_a_network_as_good_as_ridge():
    flat = replaced(lambda row, result, scores: scores.update(result["baselines"]["ridge"]))
    with pytest.raises(ClaimError, match="ridge - EUAR"):
        exec(SOURCES["claims"], flat)
    with pytest.raises(ClaimError, match="gain on ridge"):
        exec(SOURCES["curve-claims"], flat)


@pytest.mark.parametrize("by", [-0.025, 0.025])
@pytest.mark.parametrize(
    ("system", "label"),
    [("mlp-experts", "MLP experts"), ("linear-experts", "linear experts"), ("concat", "concat")],
)
def test_control_a_rival_that_is_better_or_worse(system, label, by):
    def other(row, result, scores):
        scores["mae"] += by * (row.system == system)
        result["baselines"]["ridge"]["mae"] = 1.0  # far behind all: that claim holds

    with pytest.raises(ClaimError, match=f"default against {label}"):
        exec(SOURCES["claims"], replaced(other))


@pytest.mark.parametrize("system", ["default", "concat"])
def test_control_a_network_that_needs_many_rows(system):
    def late(row, _, scores):
        scores["mae"] += 0.03 * ((row.system, row.size) == (system, 1284))

    with pytest.raises(ClaimError, match="1,284 rows"):
        exec(SOURCES["curve-claims"], replaced(late))


@pytest.mark.filterwarnings("ignore:r of a constant")  # the file has one validation row
def test_the_live_part_runs_on_a_file_of_three_modalities(tmp_path, capsys):
    space = controls.run("mosei_deeper", "results", source=str(mmsa.write(tmp_path)))
    for cell in LIVE:
        exec(DEEPER[cell], space)
    printed = capsys.readouterr().out
    assert "3 modalities" in printed
    assert "without text" in printed
    assert list(space["data"].modalities) == ["text", "audio", "vision"]
