"""Statistics against SciPy, cases by hand, and their coverage on simulated scores."""

import itertools
import math
import subprocess
import sys

import numpy as np
import pytest
from scipy import stats

from euar.experiments.statistics import (
    bootstrap_interval,
    bootstrap_mean_interval,
    bootstrap_of_means,
    detectable_difference,
    equivalence,
    holm,
    paired_t,
    pool,
    rank_systems,
)

OURS, THEIRS = [0.71, 0.73, 0.70, 0.74, 0.69], [0.70, 0.70, 0.69, 0.71, 0.70]
TWO_POINTS = pytest.approx(0.95, abs=0.02)


def accuracy(prediction, target):
    return np.mean(prediction == target)


def mae(prediction, target):
    return np.abs(prediction - target).mean()


def covered(interval, truth):
    return interval.low <= truth <= interval.high


def test_statsmodels_and_scipy_load_when_first_used():
    loaded = "{'statsmodels', 'pandas', 'scipy'} & sys.modules.keys()"
    code = f"import sys, euar, euar.experiments.statistics; print(len({loaded}))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout == b"0\n"


# Paired t, Holm


def test_paired_t_is_scipys():
    expected = stats.ttest_rel(OURS, THEIRS)
    found = paired_t(OURS, THEIRS)
    assert found.p == pytest.approx(expected.pvalue)
    assert (found.effect.low, found.effect.high) == pytest.approx(tuple(expected.confidence_interval()))


def test_pairs_find_what_seeds_hide():
    """Seeds differ by 1 and systems by 0.1: an unpaired test sees nothing."""
    seed = np.arange(10.0)
    ours = seed + 0.1 + 0.01 * np.cos(seed)
    assert paired_t(ours, seed).p < 1e-6
    assert stats.ttest_ind(ours, seed).pvalue > 0.9


@pytest.mark.parametrize(("ours", "p"), [([1.0, 1.0, 1.0], 1.0), ([2.0, 2.0, 2.0], 0.0)])
def test_equal_differences_are_certain(ours, p):
    assert paired_t(ours, [1.0, 1.0, 1.0]).p == p


def test_holm_by_hand():
    """0.01 * 4 = 0.04; 0.02 * 3 = 0.06; 0.04 * 2 = 0.08; 0.03 * 2 = 0.06 keeps the order."""
    table = holm([0.04, 0.01, 0.02, 0.03])
    np.testing.assert_allclose(table.adjusted, [0.06, 0.04, 0.06, 0.06])
    assert table.stays.tolist() == [False, True, False, False]


def test_holm_is_closed_testing_by_bonferroni():
    """A comparison's p is the largest `|S| min(p_S)` over all subsets S of the table that hold it."""
    p = np.random.default_rng(0).uniform(0, 0.1, size=6)
    subsets = [list(s) for size in range(1, 7) for s in itertools.combinations(range(6), size)]
    expected = [max(min(1, len(s) * p[s].min()) for s in subsets if i in s) for i in range(6)]
    np.testing.assert_allclose(holm(p).adjusted, expected)


# Equivalence, power


def test_equivalence_is_two_tests_of_scipy():
    d, margin = np.array([0.01, -0.02, 0.03, 0.00]), 0.04
    above = stats.ttest_1samp(d, -margin, alternative="greater").pvalue
    below = stats.ttest_1samp(d, margin, alternative="less").pvalue
    found = equivalence(d, margin)
    assert found.p == pytest.approx(max(above, below))
    assert equivalence(-d, margin).p == pytest.approx(found.p)
    ends = stats.ttest_1samp(d, 0).confidence_interval(0.90)
    assert found.reach == pytest.approx(max(-ends.low, ends.high))


@pytest.mark.parametrize(("factor", "equivalent"), [(1.001, True), (0.999, False)])
def test_equivalence_holds_where_the_ninety_per_cent_interval_is_inside(factor, equivalent):
    d = [0.01, -0.02, 0.03, 0.00]
    assert equivalence(d, factor * equivalence(d, 1.0).reach).equivalent is equivalent


def test_few_noisy_seeds_show_no_equality():
    """The interval holds 0 whatever is true, and the detectable difference says why."""
    found = equivalence([0.1, -0.1, 0.08], margin=0.02)
    assert covered(found.effect, 0)
    assert not found.equivalent
    assert found.detectable > 0.02


@pytest.mark.parametrize(("value", "equivalent"), [(0.0, True), (0.01, True), (0.02, False), (0.03, False)])
def test_equal_differences_are_compared_with_the_margin(value, equivalent):
    assert equivalence([value] * 3, margin=0.02).equivalent is equivalent


def test_equivalence_at_the_margin_is_declared_in_five_of_a_hundred():
    draws = np.random.default_rng(0).normal(0.5, 0.2, size=(500, 6))
    declared = np.mean([equivalence(d, 0.5).equivalent for d in draws])
    assert declared == pytest.approx(0.05, abs=0.02)


@pytest.mark.parametrize("n", [3, 5, 10, 20])
def test_the_detectable_difference_is_found_in_eighty_of_a_hundred(n):
    delta = detectable_difference(n, sd=2.0)
    draws = np.random.default_rng(n).normal(delta, 2.0, size=(20_000, n))
    assert np.mean(stats.ttest_1samp(draws, 0, axis=1).pvalue <= 0.05) == pytest.approx(0.8, abs=0.012)


# Seeds and rows


def test_the_detectable_difference_over_seeds_and_rows_is_that_of_its_interval():
    rng = np.random.default_rng(3)
    found = bootstrap_mean_interval(simulated(rng, 5, 40, 1, (0.1, 0.5, 0.1, 0.1)))
    se = math.hypot(found.se_seeds, found.se_rows)
    t = (found.effect.high - found.effect.mean) / se
    df = next(df for df in np.arange(1, 60, 0.001) if stats.t.ppf(0.975, df) <= t)
    power = stats.nct.sf(t, df, found.detectable / se) + stats.nct.cdf(-t, df, found.detectable / se)
    assert power == pytest.approx(0.8, abs=0.001)
    assert bootstrap_mean_interval(np.zeros((3, 9))).detectable == 0


def test_the_detectable_difference_without_spread_over_rows_is_that_over_seeds():
    by_seed = np.array([0.1, 0.3, 0.2, 0.4])
    found = bootstrap_mean_interval(np.tile(by_seed[:, None], 20))
    assert found.detectable == pytest.approx(detectable_difference(4, by_seed.std(ddof=1)))


def simulated(rng, seeds, groups, rows, sd):
    """Scores of mean 0 with effects of the seed, of the group, of both, and of the single row."""
    of_seed = rng.normal(0, sd[0], (seeds, 1, 1))
    of_group = rng.normal(0, sd[1], (1, groups, 1))
    both = rng.normal(0, sd[2], (seeds, groups, 1))
    return (of_seed + of_group + both + rng.normal(0, sd[3], (seeds, groups, rows))).reshape(seeds, -1)


def coverage(seeds, groups, rows, sd, *, known=True, repeats=2000):
    """How often the interval covers 0; `known`: whether it is told the groups."""
    rng = np.random.default_rng(7)
    names = np.repeat(np.arange(groups), rows) if known else None
    intervals = (
        bootstrap_mean_interval(simulated(rng, seeds, groups, rows, sd), names, resamples=200)
        for _ in range(repeats)
    )
    return np.mean([covered(i.effect, 0) for i in intervals])


@pytest.mark.parametrize(
    ("seeds", "sd"),
    [
        (10, (0.02, 0.2, 0.2, 0.0)),  # rows decide
        (10, (0.05, 0.0, 0.2, 0.0)),  # seeds decide
        (10, (0.0, 0.0, 0.2, 0.0)),  # neither does: percentiles of a full redraw cover 99 %
        (5, (0.2, 0.1, 0.2, 0.0)),  # few seeds decide: the same percentiles cover 87 %
    ],
)
def test_intervals_over_seeds_and_rows_cover_the_truth(seeds, sd):
    assert coverage(seeds, 40, 1, sd) == TWO_POINTS


@pytest.mark.parametrize("seeds", [5, 10])
def test_intervals_over_seeds_and_groups_cover_the_truth(seeds):
    assert coverage(seeds, 31, 3, (0.02, 0.2, 0.1, 0.2)) == TWO_POINTS


def test_an_interval_that_ignores_the_groups_is_too_short():
    assert coverage(10, 31, 3, (0.02, 0.2, 0.1, 0.2), known=False, repeats=300) < 0.8


def test_the_two_parts_are_those_of_an_analysis_of_variance():
    """Independent of any draw: mean squares of the crossed table, (MS_seeds, MS_rows - MS_both) / (n m)."""
    x = simulated(np.random.default_rng(1), 8, 300, 1, (0.05, 0.3, 0.2, 0.0))
    n, m = x.shape
    residual = x - x.mean(0) - x.mean(1, keepdims=True) + x.mean()
    both = (residual**2).sum() / ((n - 1) * (m - 1))
    seeds, rows = m * x.mean(1).var(ddof=1), n * x.mean(0).var(ddof=1)
    found = bootstrap_mean_interval(x, resamples=20_000)
    assert found.se_seeds**2 == pytest.approx(seeds / (n * m))
    assert found.se_rows**2 == pytest.approx((rows - both) / (n * m), rel=0.05)


def test_with_one_seed_the_interval_is_that_of_the_rows():
    x = np.random.default_rng(0).normal(size=(1, 400))
    effect = bootstrap_mean_interval(x, resamples=20_000).effect
    expected = stats.ttest_1samp(x[0], 0).confidence_interval()
    assert (effect.low, effect.high) == pytest.approx(tuple(expected), abs=0.003)


@pytest.fixture
def two_systems():
    """Two systems that share rows and seeds; the second is worse by 0.1 on average."""
    rng = np.random.default_rng(3)
    target = rng.normal(size=120)
    shared = rng.normal(0, 0.1, (6, 1)) + rng.normal(0, 1, 120)
    ours, theirs = (shared + rng.normal(0, 0.1, (6, 120)) for _ in range(2))
    return target, target + ours, target + theirs + 0.1


@pytest.mark.parametrize("groups", [None, np.arange(120) // 7])
def test_any_metric_gives_what_the_mean_of_rows_gives(two_systems, groups):
    target, ours, theirs = two_systems
    general = bootstrap_interval(mae, target, ours, theirs, groups=groups, resamples=200)
    rows = np.abs(ours - target) - np.abs(theirs - target)
    np.testing.assert_allclose(
        general.effect, bootstrap_mean_interval(rows, groups, resamples=200).effect, rtol=1e-9
    )


def test_both_systems_meet_the_same_draws_of_rows(two_systems):
    """A constant shift of the signed error differs by the same amount on any rows, and for any seed."""
    target, ours, _ = two_systems
    found = bootstrap_interval(lambda p, t: np.mean(p - t), target, ours, ours - 0.25, resamples=50)
    assert (found.se_seeds, found.se_rows) == pytest.approx((0, 0), abs=1e-12)
    assert found.effect[:3] == pytest.approx((0.25, 0.25, 0.25))


def test_seeds_in_the_wrong_order_lengthen_the_interval(two_systems):
    target, ours, theirs = two_systems
    right, wrong = (
        bootstrap_interval(lambda p, t: np.mean(p - t), target, ours, other, resamples=50)
        for other in (theirs, theirs[::-1])
    )
    assert wrong.se_seeds > 2 * right.se_seeds


def test_correlation_of_one_seed_has_fishers_interval():
    x, y = np.random.default_rng(2).multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]], size=800).T
    effect = bootstrap_interval(lambda p, t: np.corrcoef(p, t)[0, 1], y, x[None]).effect
    expected = stats.pearsonr(x, y).confidence_interval()
    assert (effect.low, effect.high) == pytest.approx(tuple(expected), abs=0.01)


def test_a_function_of_means_gives_what_the_metric_gives_on_each_draw():
    """Precision: a ratio of two means; rows in groups of two, a system with seeds against one without."""
    rng = np.random.default_rng(3)
    target, groups = rng.integers(0, 2, 60), np.arange(60) // 2
    ours, theirs = (rng.integers(0, 2, (n, 60)) for n in (4, 1))

    def precision(guess, truth):
        return (guess & truth).sum() / guess.sum()

    rows = [np.stack([guess & target, guess], axis=-1) for guess in (ours, theirs)]
    slow = bootstrap_interval(precision, target, ours, theirs, groups=groups, resamples=300)
    fast = bootstrap_of_means(
        lambda means: means[..., 0] / means[..., 1], *rows, groups=groups, resamples=300
    )
    assert [*fast.effect, *fast[1:]] == pytest.approx([*slow.effect, *slow[1:]])


def test_p_is_five_hundredths_where_the_interval_ends_at_zero():
    rng = np.random.default_rng(0)
    scores = rng.normal(0, 0.3, (10, 200)) + rng.normal(0, 0.02, (10, 1))
    found = bootstrap_mean_interval(scores)
    moved = bootstrap_mean_interval(scores - found.effect.low)
    assert moved.p == pytest.approx(0.05)
    assert bootstrap_mean_interval(scores + 1).p < 1e-6
    assert bootstrap_mean_interval(np.zeros((2, 5))).p == 1
    assert bootstrap_mean_interval(np.ones((2, 5))).p == 0


def test_classes_and_a_system_without_seeds():
    target = np.array([0, 1, 1, 0] * 20)
    ours = np.stack([target, 1 - target, target])
    found = bootstrap_interval(accuracy, target, ours, np.ones((1, 80), int), resamples=300)
    assert found.effect.mean == pytest.approx(2 / 3 - 1 / 2)
    assert found.effect.n == 3


def test_the_same_input_gives_the_same_interval(two_systems):
    assert bootstrap_mean_interval(two_systems[1]) == bootstrap_mean_interval(two_systems[1])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: bootstrap_mean_interval(np.ones(5)), r"scores: expected 2 axes.*found shape \(5,\)"),
        (lambda: bootstrap_mean_interval([[1.0, math.nan]]), "scores: expected finite numbers, found 1"),
        (lambda: bootstrap_mean_interval(np.ones((2, 5)), np.ones(4)), r"groups: expected shape \(5,\)"),
        (lambda: bootstrap_mean_interval(np.ones((2, 5)), np.ones(5)), "at least two, found one"),
        (lambda: bootstrap_interval(mae, np.ones(4), np.ones((2, 5))), r"ours: expected \(seeds, 4"),
        (lambda: bootstrap_interval(mae, np.ones(4), np.ones((2, 4)), np.ones((3, 4))), "theirs: expected"),
        (lambda: bootstrap_interval(mae, np.ones(2), [[1.0, math.nan]]), "ours: expected finite"),
        (lambda: bootstrap_interval(lambda p, t: math.nan, np.ones(4), np.ones((2, 4))), "metric: expected"),
        (lambda: paired_t([1.0, 2.0], [1.0, 2.0, 3.0]), r"equal shapes, found ours \(2,\), theirs \(3,\)"),
        (lambda: paired_t([1.0], [1.0]), "length 2 or more"),
        (lambda: holm([0.5, 1.5]), r"p: expected values in \[0, 1\]"),
        (lambda: equivalence([0.1, 0.2], 0.0), "margin: expected a number above 0"),
        (lambda: detectable_difference(1, 0.1), "n of at least 2"),
        (lambda: pool([1.0, 2.0], [0.1, 0.0], [9, 9]), "numbers above 0"),
        (lambda: pool([1.0], [0.1], [9]), "effects: expected 1 axis, the last of length 2"),
        (lambda: rank_systems([[1.0, 2.0]]), "length 3 or more"),
        (lambda: rank_systems([[1.0, 2.0, 3.0]]), "at least two sets"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# Several sets


def effects_over_sets(rng, sets, tau, seeds=10):
    """Mean, standard error and df on each set; half of the sets are twice as noisy."""
    sd = np.where(np.arange(sets) % 2, 0.06, 0.03)[:, None]
    values = rng.normal(rng.normal(0, tau, (sets, 1)), sd, (sets, seeds))
    return values.mean(1), values.std(1, ddof=1) / math.sqrt(seeds), np.full(sets, seeds - 1)


def pooled(sets, tau, repeats=1500):
    rng = np.random.default_rng(11)
    return [pool(*effects_over_sets(rng, sets, tau)) for _ in range(repeats)]


@pytest.mark.parametrize("sets", [4, 6])
def test_the_fixed_effect_covers_an_effect_that_all_sets_share(sets):
    found = pooled(sets, tau=0)
    assert np.mean([covered(p.fixed, 0) for p in found]) == TWO_POINTS
    assert np.mean([covered(p.random, 0) for p in found]) > 0.95
    assert np.mean([p.stouffer_p <= 0.05 for p in found]) == pytest.approx(0.05, abs=0.02)


@pytest.mark.parametrize("sets", [4, 6])
def test_the_random_effect_covers_effects_that_vary(sets):
    found = pooled(sets, tau=0.05)
    assert np.mean([covered(p.random, 0) for p in found]) == TWO_POINTS
    assert np.mean([covered(p.fixed, 0) for p in found]) < 0.7  # the control


def test_pooling_by_hand():
    """Weights 100 and 25: (100 * 0.2 + 25 * 0.7) / 125; z of large samples; Q = 5 and τ² where Q(τ²) = 1."""
    found = pool([0.2, 0.7], [0.1, 0.2], [1e9, 1e9])
    assert found.fixed.mean == pytest.approx(0.3)
    assert found.fixed.high - found.fixed.mean == pytest.approx(stats.norm.ppf(0.975) / math.sqrt(125))
    assert found.tau**2 == pytest.approx((0.5**2 - 0.1**2 - 0.2**2) / 2, rel=1e-3)
    z = (0.2 / 0.1 + 0.7 / 0.2) / math.sqrt(2)
    assert found.stouffer_p == pytest.approx(2 * stats.norm.sf(z))


def test_sets_that_agree_have_no_spread_between_them():
    """The one-step estimate would be below 0 here."""
    assert pool([0.3, 0.31, 0.29], [0.1, 0.2, 0.1], [9, 9, 9]).tau == 0


def test_stouffer_does_not_depend_on_the_sign():
    effects, errors, df = np.array([0.2, 0.7]), [0.1, 0.2], [4, 4]
    assert pool(effects, errors, df).stouffer_p == pytest.approx(pool(-effects, errors, df).stouffer_p)


# Ranks


def test_ranks_by_hand():
    """Ties share ranks 1 and 2; larger is better."""
    ranks = rank_systems([[0.9, 0.9, 0.1], [0.2, 0.5, 0.1]])
    assert ranks.mean_ranks.tolist() == [1.75, 1.25, 3.0]


@pytest.mark.parametrize(("systems", "q"), [(3, 2.343), (5, 2.728), (10, 3.164)])
def test_the_critical_difference_is_of_demsars_table(systems, q):
    """Demšar (2006), Table 5a."""
    scores = np.random.default_rng(0).normal(size=(14, systems))
    expected = q * math.sqrt(systems * (systems + 1) / (6 * 14))
    assert rank_systems(scores).critical_difference == pytest.approx(expected, rel=5e-4)


def test_friedman_by_hand():
    """Four sets that agree on three systems: χ² = 8 with 2 degrees of freedom, p = exp(-4)."""
    assert rank_systems([[3.0, 2.0, 1.0]] * 4).friedman_p == pytest.approx(math.exp(-4))
