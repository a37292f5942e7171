"""Readings agree with sums by hand, their tests with SciPy."""

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr

from euar.chapters.what_sigma_knows import meters
from euar.chapters.what_sigma_knows.likelihood import LikelihoodConfig
from euar.model import EUARConfig
from euar.training.batches import Batch

WIDTHS = {"a": 3, "b": 2}


def batch(rows, seed):
    generator = torch.Generator().manual_seed(seed)
    inputs = {m: torch.randn(rows, d, generator=generator) for m, d in WIDTHS.items()}
    return Batch(inputs, {}, torch.linspace(-1, 1, rows))


@pytest.fixture
def model():
    torch.manual_seed(0)
    return EUARConfig(in_features=WIDTHS, dim=4, num_experts=5, k=2).build()


def test_readings_equal_sums_by_hand(model):
    test, train = batch(6, 1), batch(9, 2)
    found = meters.readings(model.train(), test, train)
    with torch.no_grad():
        out = model.eval()(test.inputs)
        x, seen = (model.projections["b"](part.inputs["b"]) for part in (test, train))
    w = model.head.weight[0, 4:].detach()
    for row in range(6):
        j = out.moe["b"].routing.index[row]
        g, s = out.moe["b"].routing.probs[row, j], out.moe["b"].gaussian.variance[row, j]  # (k,), (k, D)
        of = {name: values[row] for name, values in found.views["b"].items()}
        assert of["mean"] == pytest.approx(s.mean().item(), rel=1e-5)
        assert of["log"] == pytest.approx(s.log().mean().item(), abs=1e-5)
        assert of["felt"] == pytest.approx((w**2 * (g**2).unsqueeze(1) * s).sum().item(), rel=1e-5)
        assert of["unfamiliar"] == pytest.approx(-(x[row] @ seen.mean(dim=0)).item(), abs=1e-5)
        best = 1 / (1 + 2 * g.unsqueeze(1) + 2 * 5 * 4 * 1e3 * w**2 * (g**2).unsqueeze(1))
        assert of["best"] == pytest.approx(best.log().mean().item(), rel=1e-4)
        assert found.error[row] == pytest.approx(abs(out.prediction[row] - test.target[row]).item())
    assert found.whole is None


def test_a_likelihood_has_one_reading_for_the_whole_row():
    torch.manual_seed(0)
    model = LikelihoodConfig(in_features=WIDTHS, dim=4, num_experts=5, k=2).build()
    found = meters.readings(model, batch(6, 1), batch(9, 2))
    with torch.no_grad():
        np.testing.assert_allclose(found.whole, model.eval()(batch(6, 1).inputs).log_var)
    assert set(found.views["a"]) == {"mean", "log", "unfamiliar"}


def test_rank_correlation_is_that_of_scipy():
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 9, (2, 50))  # ties
    assert meters.spearman(a, b) == pytest.approx(spearmanr(a, b).statistic)


def test_partial_correlation_is_the_recursive_formula():
    rng = np.random.default_rng(0)
    c = rng.normal(size=80)
    a, b = c + rng.normal(size=80), c**3 + rng.normal(size=80)
    ab, ac, bc = (spearmanr(*pair).statistic for pair in ((a, b), (a, c), (b, c)))
    expected = (ab - ac * bc) / np.sqrt((1 - ac**2) * (1 - bc**2))
    assert meters.partial(a, b, [c]) == pytest.approx(expected)


def test_within_is_the_mean_correlation_with_the_level():
    by_level = np.random.default_rng(0).normal(size=(5, 7))
    expected = np.mean([spearmanr(range(5), column).statistic for column in by_level.T])
    assert meters.within(by_level) == pytest.approx(expected)


def test_a_row_whose_reading_never_moves_counts_as_zero():
    assert meters.within(np.array([[1.0, 3.0], [2.0, 3.0], [3.0, 3.0]])) == pytest.approx(0.5)
