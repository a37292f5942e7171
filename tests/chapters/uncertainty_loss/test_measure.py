"""The experiment on the U-loss: what it reads off a model, and what it writes down."""

import pytest
import torch

from euar.chapters.uncertainty_loss import measure as experiment
from euar.experts import Gaussian
from euar.gating import Routing
from euar.losses import uncertainty_loss
from euar.moe import MoEOutput
from euar.training import Recipe, fit
from tests.experiments.schema import validate
from tests.training.tiny import dataset


@pytest.fixture(scope="module")
def push(data_file):
    return experiment.Push(lam=0.5, data=str(data_file), seeds=(0, 1), recipe=Recipe(epochs=3))


@pytest.fixture(scope="module")
def result(push):
    return push.measure("uncertainty_loss").record


@pytest.fixture
def out():
    """Twenty rows, five experts of six features, two chosen."""
    generator = torch.Generator().manual_seed(0)
    probs = torch.randn(20, 5, generator=generator).softmax(dim=-1)
    index = probs.topk(2, dim=-1).indices
    weights = torch.zeros_like(probs).scatter(-1, index, probs.gather(-1, index))
    mean, log_var = torch.randn(2, 20, 5, 6, generator=generator)
    return MoEOutput(torch.zeros(20, 6), Routing(probs, index, weights), Gaussian(mean, log_var), {})


def test_a_state_equals_loops_over_rows_and_experts(out):
    found = experiment.state(out)
    rows = range(20)
    variance = [[out.gaussian.variance[i, j].mean().item() for j in range(5)] for i in rows]
    first = [out.routing.probs[i].argmax().item() for i in rows]
    u = sum(out.routing.weights[i, j].item() * variance[i][j] for i in rows for j in range(5)) / 20
    assert found["u"] == pytest.approx(u, rel=1e-5)
    assert found["kept"] == pytest.approx(sum(out.routing.weights[i].sum().item() for i in rows) / 20)
    assert found["variance"] == pytest.approx(sum(map(sum, variance)) / 100, rel=1e-5)
    surest = [min(range(5), key=row.__getitem__) for row in variance]
    assert found["agreement"] == pytest.approx(sum(a == b for a, b in zip(surest, first, strict=True)) / 20)
    assert found["busiest"] == pytest.approx(max(map(first.count, first)) / 20)


def test_the_three_factors_make_the_loss(out):
    found = experiment.state(out)
    product = found["kept"] * found["variance"] * found["preference"]
    assert product / 5 == pytest.approx(uncertainty_loss(out.gaussian, out.routing).item(), rel=1e-5)


def test_a_router_that_does_not_look_has_no_preference(out):
    def preference(log_var):
        gaussian = Gaussian(out.gaussian.mean, log_var)
        return experiment.state(MoEOutput(out.hidden, out.routing, gaussian, {}))["preference"]

    assert preference(torch.zeros_like(out.gaussian.mean)) == pytest.approx(1)
    sure = torch.where(out.routing.weights > 0, -3.0, 0.0)[..., None].expand(-1, -1, 6)
    assert preference(sure) < 0.2


def test_a_result_is_one_of_fit_with_more_in_it(push, result):
    validate(result)
    for run in result["runs"]:
        assert list(run["states"]) == ["start", "selected", "last"]
        assert set(run["noisy"]) == set(run["test"])
    assert result["key"] == push.key()
    runs = fit(push.config(dataset(120)), dataset(120), seeds=(0, 1), epochs=3, device="cpu", progress=False)
    assert [run["test"]["mae"] for run in result["runs"]] == pytest.approx(runs.values("mae"), rel=1e-5)


def test_the_last_epoch_is_that_of_a_training_that_selects_it(push, result):
    config = push.config(dataset(120))
    recipe = {"epochs": 3, "device": "cpu", "progress": False, "select": "last"}
    model = fit(config, dataset(120), **recipe)[0].model
    test = dataset(120).standardize().subset(split="test")
    inputs = {m: torch.as_tensor(x).float() for m, x in test.modalities.items()}
    available = {m: torch.as_tensor(mask) for m, mask in test.available.items()}
    found = {m: experiment.state(out) for m, out in model(inputs, available).moe.items()}
    for m, values in found.items():
        assert result["runs"][0]["states"]["last"][m] == pytest.approx(values, rel=1e-4)


def test_noise_is_the_same_for_every_model_and_hurts(result):
    first, second = (run["noisy"]["mae"] for run in result["runs"])
    assert first != second
    assert first > result["runs"][0]["test"]["mae"]


def test_the_side_that_is_detached_does_not_feel_the_loss(data_file):
    def states(lam, side):
        asked = experiment.Push(
            lam=lam, detach=side, data=str(data_file), seeds=(0,), recipe=Recipe(epochs=3, lr=1e-2)
        )
        return asked.measure("uncertainty_loss").record["runs"][0]["states"]["last"]["a"]

    free = states(0.0, None)
    assert states(30.0, "gate")["variance"] < 0.9 * free["variance"]  # the experts give way
    assert states(30.0, "variance")["kept"] < 0.9 * free["kept"]  # the gate does


def test_nothing_is_asked_for_twice():
    asked = experiment.measurements()
    assert len({(push.lam, push.detach, push.renormalize) for push in asked}) == len(asked)
    assert {len(push.seeds) for push in asked} == {10}
