"""Deep CCA: its correlation against known ones, numpy and scikit-learn; whom labels and gaps reach."""

import numpy as np
import pytest
import torch

from euar.systems.dcca import DCCAConfig, correlation

WIDTHS = {"a": 6, "b": 3, "c": 4}
SOME = torch.arange(12) % 3 != 1


def inputs(rows=12):
    torch.manual_seed(1)
    return {name: torch.randn(rows, width) for name, width in WIDTHS.items()}


def model(**changes):
    torch.manual_seed(0)
    return DCCAConfig(WIDTHS, **{"dim": 5, "components": 2} | changes).build()


def related(known, rows=40, seed=0):
    """Two sets of columns whose canonical correlations are known, behind maps that hide them."""
    rng = np.random.default_rng(seed)
    columns = rng.normal(size=(rows, 2 * len(known)))
    free, _ = np.linalg.qr(columns - columns.mean(axis=0))  # uncorrelated columns of mean 0
    a, rest = free[:, : len(known)], free[:, len(known) :]
    b = a * known + rest * np.sqrt(1 - np.square(known))
    hidden = [x @ rng.normal(size=(len(known),) * 2) + rng.normal(size=len(known)) for x in (a, b)]
    return [torch.from_numpy(x * np.sqrt(rows)) for x in hidden]


def by_eigenvectors(a, b, ridge):
    """The formula as it stands, with symmetric inverse roots."""
    a, b = (x - x.mean(axis=0) for x in (a.numpy(), b.numpy()))
    n = len(a) - 1
    roots = []
    for x in (a, b):
        values, vectors = np.linalg.eigh(x.T @ x / n + ridge * np.eye(x.shape[1]))
        roots.append(vectors / np.sqrt(values) @ vectors.T)
    return np.linalg.svd(roots[0] @ (a.T @ b / n) @ roots[1], compute_uv=False).sum()


@pytest.mark.parametrize("known", [[0.9, 0.5, 0.1], [0.8, 0.8], [1.0, 0.0], [0.3]])
def test_known_correlations_come_back_whatever_maps_hide_them(known):
    assert correlation(*related(np.array(known)), ridge=1e-12).item() == pytest.approx(sum(known), abs=1e-6)


def test_it_is_scikit_learns_sum_of_correlations():
    from sklearn.cross_decomposition import CCA

    a, b = related(np.array([0.9, 0.6, 0.2]), seed=3)
    scores = CCA(n_components=3, max_iter=10_000, tol=1e-12).fit(a.numpy(), b.numpy()).transform(a, b)
    expected = sum(np.corrcoef(x, y)[0, 1] for x, y in zip(scores[0].T, scores[1].T, strict=True))
    assert correlation(a, b, ridge=1e-12).item() == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("ridge", [1e-3, 0.1, 10.0])
def test_the_ridge_is_that_of_the_formula(ridge):
    torch.manual_seed(0)
    a, b = torch.randn(9, 3, dtype=torch.float64), torch.randn(9, 4, dtype=torch.float64)
    assert correlation(a, b, ridge=ridge).item() == pytest.approx(by_eigenvectors(a, b, ridge), rel=1e-9)


def test_rows_that_do_not_count_change_nothing():
    torch.manual_seed(0)
    a, b = torch.randn(12, 3), torch.randn(12, 2)
    torch.testing.assert_close(correlation(a, b, SOME), correlation(a[SOME], b[SOME]))


def test_its_gradient_is_that_of_differences():
    torch.manual_seed(0)
    a, b = (torch.randn(8, width, dtype=torch.float64, requires_grad=True) for width in (2, 3))
    assert torch.autograd.gradcheck(lambda a, b: correlation(a, b, SOME[:8]), (a, b))


@pytest.mark.parametrize("rows", [0, 1, 2, 12])
@pytest.mark.parametrize("scale", [0.0, 1.0, 1e5])
def test_whatever_the_codes_the_gradient_is_finite(rows, scale):
    a = (scale * torch.randn(12, 4)).requires_grad_()
    total = correlation(a, 2 * a, torch.arange(12) < rows)  # equal singular values
    total.backward()
    assert total.isfinite()
    assert a.grad.isfinite().all()
    if rows < 2:
        assert total == 0


def test_the_loss_takes_the_correlations_of_all_pairs_away():
    one, x, target = model(correlation_weight=0.5), inputs(), torch.randn(12)
    loss = one.loss(one(x), target)
    codes = {m: one.networks[m](one.projections[m](x[m])) for m in WIDTHS}
    pairs = [("a", "b"), ("a", "c"), ("b", "c")]
    expected = sum(correlation(codes[m], codes[n]) for m, n in pairs)
    torch.testing.assert_close(loss.parts["correlation"], expected)
    torch.testing.assert_close(loss.total, loss.task - 0.5 * expected)


def test_a_row_counts_in_the_correlations_of_what_it_has():
    one, x = model(), inputs()
    x["b"][~SOME] = torch.nan
    found = one.loss(one(x, {"b": SOME}), torch.zeros(12)).parts["correlation"]
    codes = {m: one.networks[m](one.projections[m](x[m])) for m in WIDTHS}
    expected = correlation(codes["a"], codes["c"])
    expected = expected + sum(correlation(codes[m][SOME], codes["b"][SOME]) for m in ("a", "c"))
    torch.testing.assert_close(found, expected)


def test_no_label_reaches_the_networks_and_no_correlation_the_head():
    one, target = model(correlation_weight=0.0), torch.randn(12)
    one.loss(one(inputs()), target).total.backward()
    below = [*one.projections.parameters(), *one.networks.parameters()]
    assert all(p.grad.eq(0).all() for p in below)
    other = model()
    other.loss(other(inputs()), target).total.backward()
    assert all(p.grad.ne(0).any() for p in other.networks.parameters())
    for p, q in zip(one.head.parameters(), other.head.parameters(), strict=True):
        assert torch.equal(p.grad, q.grad)


def test_the_head_is_linear_in_the_codes():
    one = model()
    x, y = torch.randn(2, 7, 6)
    torch.testing.assert_close(one.head(x) + one.head(y), one.head(x + y) + one.head(torch.zeros(1, 6)))


def test_training_correlates_the_codes():
    from euar.data import simulate
    from euar.training import fit

    data = simulate(n=(128, 32, 32))
    config = DCCAConfig(data.in_features, components=2)
    run = fit(config, data, epochs=6, lr=3e-3, batch_size=64, device="cpu", progress=False)[0]
    assert run.history[-1]["correlation"] > 1.3 * run.history[0]["correlation"] > 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"components": 0}, "components: expected an int of at least 1"),
        ({"correlation_weight": -1.0}, "correlation_weight: expected a finite number >= 0"),
    ],
)
def test_a_field_out_of_range_is_named(changes, message):
    with pytest.raises(ValueError, match=message):
        DCCAConfig(WIDTHS, **changes)
