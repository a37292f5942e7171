"""The calibrated EUAR: Bayes' rule, the likelihood by scipy, missing ones, noise that sigma finds."""

import numpy as np
import pytest
import torch
from scipy import stats

from euar.chapters.what_sigma_knows.meters import spearman
from euar.data import simulate
from euar.model import EUARConfig
from euar.propagation import of_mixture, through
from euar.systems import calibrated, find
from euar.systems.calibrated import CalibratedConfig, CalibratedEUAR, _noisy, believed
from euar.training import fit
from euar.training.batches import all_splits
from euar.training.predict import evaluating
from tests.systems.small import WIDTHS, inputs

SOME = torch.tensor([True, False, True, True])


def build(**changes):
    return CalibratedConfig(WIDTHS, dim=5, **changes).build()


def positive(raw):
    return (torch.nn.functional.softplus(raw) + 1e-4).item()


def test_it_is_a_preset_and_a_system():
    assert (
        EUARConfig.calibrated(WIDTHS, k=2)
        == CalibratedConfig(WIDTHS, k=2)
        == find("calibrated").configure(WIDTHS, k=2)
    )
    assert isinstance(EUARConfig.calibrated(WIDTHS).build(), CalibratedEUAR)


@torch.no_grad()
def test_the_belief_is_the_normal_distribution_given_the_measurements():
    model = build()
    model.prior.fill_(0.7)
    output = model.eval()(inputs())
    before, common = positive(model.before), positive(model.common)
    for row in range(4):
        said = np.array([output.measured[m].mean[row, 0] for m in WIDTHS], dtype=float)
        noise = np.array([output.measured[m].variance[row, 0] for m in WIDTHS], dtype=float)
        covariance = before + np.diag(noise)  # of the measurements, which share the target
        gain = np.full(2, before) @ np.linalg.inv(covariance)
        mean, variance = 0.7 + gain @ (said - 0.7), before - gain @ np.full(2, before)
        assert output.prediction[row].item() == pytest.approx(mean, rel=1e-4)
        assert output.variance[row].item() == pytest.approx(variance + common, rel=1e-4)
        for place, m in enumerate(WIDTHS):
            own = before / (before + noise[place])
            assert output.alone[m].mean[row, 0].item() == pytest.approx(
                0.7 + own * (said[place] - 0.7), rel=1e-4
            )
            assert output.alone[m].variance[row, 0].item() == pytest.approx(
                before * (1 - own) + common, rel=1e-4
            )
        assert [output.weights[m][row, 0].item() for m in WIDTHS] == pytest.approx(
            1 / noise / (1 / noise).sum()
        )


@torch.no_grad()
@pytest.mark.parametrize("lost", WIDTHS)
def test_a_missing_modality_is_a_measurement_less(lost):
    model, given = build().eval(), inputs()
    whole, available = model(given, {lost: SOME}), SOME
    other = {m: x for m, x in given.items() if m != lost}
    without = model(other)
    assert torch.allclose(whole.prediction[~available], without.prediction[~available])
    assert torch.allclose(whole.variance[~available], without.variance[~available])
    assert (whole.variance[available] < without.variance[available]).all()
    assert (whole.weights[lost][~available] == 0).all()


@torch.no_grad()
@pytest.mark.parametrize("head", ["linear", "mlp"])
@pytest.mark.parametrize("asked", ["all", "selected"])
def test_a_modality_measures_with_the_noise_that_its_experts_pass_on(head, asked):
    model = build(head=head, kl_experts=asked, outputs=2).eval()
    output = model(inputs())
    for place, m in enumerate(WIDTHS):
        said = through(model.heads[m], of_mixture(output.moe[m]))
        floor = positive(model.floor[place])
        torch.testing.assert_close(output.measured[m].mean, said.mean)
        torch.testing.assert_close(output.measured[m].variance, said.variance + floor)
        assert (said.variance > 0).all()


def test_the_loss_is_the_likelihood_of_scipy_over_the_rows_that_have_a_modality():
    model, target = build(noisy=0.0, alpha=0.0, beta=0.0, lam=0.5, task_weight=2.0), torch.randn(4)
    output = model(inputs(), {"b": SOME})
    loss = model.loss(output, target)

    def nll(mean, variance, rows):
        mean, sd = (t.detach().numpy() for t in (mean, variance.sqrt()))
        return -stats.norm.logpdf(target.numpy(), mean, sd)[rows.numpy()].mean() - 0.5 * np.log(2 * np.pi)

    every = torch.ones(4, dtype=torch.bool)
    assert loss.task.item() == pytest.approx(nll(output.prediction, output.variance, every), rel=1e-5)
    views = sum(
        nll(output.alone[m].mean[:, 0], output.alone[m].variance[:, 0], rows)
        for m, rows in {"a": every, "b": SOME}.items()
    )
    assert loss.parts["views"].item() == pytest.approx(views, rel=1e-5)
    assert loss.parts["u"].item() == pytest.approx(output.variance.mean().item())
    expected = 2 * (loss.task + loss.parts["views"]) + 0.5 * loss.parts["u"]
    assert loss.total.item() == pytest.approx(expected.item())


def test_the_beta_likelihood_weighs_by_the_standard_deviation():
    model, plain, target = build(likelihood="beta-nll", noisy=0.0), build(noisy=0.0), torch.randn(4)
    plain.load_state_dict(model.state_dict())
    output = model(inputs())
    each = plain._likelihood(output.prediction, output.variance, target)
    assert plain.loss(output, target).task.item() == pytest.approx(each.mean().item())
    weighed = (each * output.variance.detach().sqrt()).mean()  # a weight has no gradient
    task = model.loss(output, target).task
    assert task.item() == pytest.approx(weighed.item(), rel=1e-6)
    found, expected = (torch.autograd.grad(t, model.floor, retain_graph=True)[0] for t in (task, weighed))
    torch.testing.assert_close(found, expected)


@torch.no_grad()
def test_the_logits_of_classes_have_their_noise_taken_in():
    model = build(task="classification", outputs=3).eval()
    output = model(inputs())
    belief = believed(output.measured, output.rows, output.before, output.common)
    assert output.prediction.shape == output.variance.shape == (4, 3)
    torch.testing.assert_close(output.variance, belief.variance)
    torch.testing.assert_close(output.prediction, belief.mean / (1 + np.pi * belief.variance / 8).sqrt())


@torch.no_grad()
def test_what_each_modality_says_alone_is_computed_for_the_loss_only(monkeypatch):
    model, asked = build().eval(), []
    monkeypatch.setattr(calibrated, "believed", lambda of, *rest: asked.append([*of]) or believed(of, *rest))
    output = model(inputs())
    assert asked == [["a", "b"]]
    model.loss(output, torch.zeros(4))
    assert asked == [["a", "b"], ["a"], ["b"]]


def test_a_larger_error_asks_for_a_larger_sigma():
    """The gradient by the log-variances of one modality's experts; in the paper noise is only a cost."""

    def pull(error):
        torch.manual_seed(0)
        model = build(noisy=0.0, alpha=0.0, beta=0.0)
        output = model(inputs())
        model.loss(output, output.prediction.detach() + error).total.backward()
        return model.moes["a"].experts.bias.grad[..., 5:].sum().item()

    assert pull(3.0) < pull(1.0) < pull(0.0)
    assert pull(0.0) > 0 > pull(3.0)


def test_training_sees_noisy_rows_and_evaluation_none():
    x, generator = torch.zeros(20_000, 3), torch.Generator().manual_seed(0)
    spread = _noisy(x, 0.3, generator).std(dim=1)
    assert (spread > 0).float().mean().item() == pytest.approx(0.3, abs=0.02)
    level = _noisy(torch.zeros(4000, 400), 0.9, generator).std(dim=1)
    level = level[level > 0]
    assert level.min().item() == pytest.approx(0.1, rel=0.15) and level.max().item() == pytest.approx(
        3, rel=0.15
    )
    assert level.log().mean().item() == pytest.approx(np.log(0.3**0.5), abs=0.05)  # log-uniform
    model, given = build(), inputs()
    assert not torch.equal(model(given).prediction, model(given).prediction)
    model.eval()
    assert torch.equal(model(given).prediction, model(given).prediction)


def test_noise_does_not_depend_on_the_order_of_the_inputs():
    model, given = build(), inputs()
    turned = {m: given[m] for m in reversed(WIDTHS)}
    found = [model(x, generator=torch.Generator().manual_seed(0)).prediction for x in (given, turned)]
    assert torch.equal(*found)


@pytest.mark.parametrize("x", [torch.ones(6), torch.ones(2, 6, dtype=torch.int64)])
def test_wrong_inputs_are_refused_before_noise_is_added(x):
    with pytest.raises(ValueError, match="inputs"):
        build()({"a": x})


@pytest.mark.parametrize("head", ["linear", "mlp"])
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float64])
def test_other_precisions_learn_too(head, dtype):
    model = build(head=head).to(dtype)
    output = model({m: x.to(dtype) for m, x in inputs().items()}, {"b": SOME})
    loss = model.loss(output, torch.randn(4, dtype=dtype)).total
    loss.backward()
    assert loss.dtype == (torch.float64 if dtype == torch.float64 else torch.float32)
    assert all(parameter.grad.isfinite().all() for parameter in model.parameters())


def test_an_idle_expert_without_bounds_does_not_spoil_the_prediction():
    model, given = build(log_var_range=None).eval(), inputs(1)
    before = model(given)
    idle = (before.moe["a"].routing.weights[0] == 0).nonzero()[0]
    with torch.no_grad():
        model.moes["a"].experts.log_var_bias[idle] = 1e3
    after = model(given)
    assert not after.moe["a"].gaussian.variance.isfinite().all()
    assert torch.equal(after.prediction, before.prediction)


@pytest.mark.parametrize("task", ["regression", "classification"])
def test_a_step_is_one_graph(task):
    model = build(task=task, outputs=1 if task == "regression" else 3)
    target = torch.randn(4) if task == "regression" else torch.tensor([0, 1, 2, 0])

    def step(given):
        return model.loss(model(given), target).total

    torch.compiler.reset()
    assert torch.compile(step, backend="eager", fullgraph=True)(inputs()).isfinite()


@torch.no_grad()
def test_it_is_exported_and_saved(tmp_path):
    model, given = build().eval(), inputs()
    program = torch.export.export(model, (given,))
    torch.export.save(program, tmp_path / "model.pt2")
    again = torch.export.load(tmp_path / "model.pt2").module()(given)
    torch.testing.assert_close(again.prediction, model(given).prediction)
    torch.testing.assert_close(again.variance, model(given).variance)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"noisy": 1.0}, "noisy: expected a number from 0 to below 1"),
        ({"noisy": "x"}, "noisy: expected a number from 0 to below 1"),
        ({"views": "x"}, "views: expected a finite number >= 0"),
        ({"likelihood": "mse"}, "likelihood"),
        ({"output": "sample"}, "output"),
    ],
)
def test_settings_that_mean_nothing_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        CalibratedConfig(WIDTHS, **changes)


def test_sigma_follows_the_noise_of_each_modality():
    data = simulate(n=(1000, 200, 400))
    test = all_splits(data, torch.device("cpu"))["test"]
    (run,) = fit(CalibratedConfig(data.in_features), data, seeds=[0], epochs=12, lr=1e-2, device="cpu")
    with evaluating(run.model):
        measured = run.model(test.inputs).measured
    for m in data.modalities:
        noise = data.meta["noise"][m][data.split == "test"]
        assert spearman(measured[m].variance[:, 0].numpy(), noise) > 0.4, m
