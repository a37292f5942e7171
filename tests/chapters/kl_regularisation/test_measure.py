"""The sweep of the KL weight: what it records agrees with loops, with draws and with `fit`."""

import numpy as np
import pytest
import torch

from euar.chapters.kl_regularisation import measure as kl
from euar.losses import kl_divergence
from euar.model import EUARConfig
from euar.training import Recipe, fit
from euar.training.batches import Batch
from tests.experiments.schema import validate
from tests.training.tiny import dataset

WIDTHS = {"a": 3, "b": 2}


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    return EUARConfig(in_features=WIDTHS, dim=4, num_experts=5, k=2).build()


@pytest.fixture(scope="module")
def batch():
    generator = torch.Generator().manual_seed(1)
    inputs = {m: torch.randn(12, d, generator=generator) for m, d in WIDTHS.items()}
    return Batch(inputs, {}, torch.zeros(12))


@pytest.fixture(scope="module")
def sweep(data_file):
    return kl.Sweep(alpha=0.5, data=str(data_file), seeds=(0, 1), recipe=Recipe(epochs=3))


@pytest.fixture(scope="module")
def result(sweep):
    return sweep.measure("kl_regularisation").record


def pairs(model, batch, modality):
    """(g, w, mu, sigma^2, chosen) of every row and expert, one by one."""
    with torch.no_grad():
        out = model.eval()(batch.inputs).moe[modality]
    w = model.head.weight[0].detach().split(4)[list(WIDTHS).index(modality)]
    for row in range(12):
        chosen = out.routing.index[row].tolist()
        for j in range(5):
            mean, variance = out.gaussian.mean[row, j], out.gaussian.variance[row, j]
            yield (out.routing.probs[row, j] if j in chosen else 0.0), w, mean, variance, j in chosen


def test_a_look_equals_sums_by_hand(model, batch):
    for m, found in kl.look(model, batch).items():
        rows = list(pairs(model, batch, m))
        for name, which in {"": True, "idle_": False}.items():
            kept = [row for row in rows if row[4] is which]
            assert found[name + "variance"] == pytest.approx(np.mean([v.mean() for *_, v, _ in kept]))
            assert found[name + "mean"] == pytest.approx(np.mean([mu.abs().mean() for _, _, mu, *_ in kept]))
        noise = sum(float((w**2 * g**2 * v).sum()) for g, w, _, v, _ in rows) / 12
        square = sum(float((w**2 * g**2 * (v + mu**2)).sum()) for g, w, mu, v, _ in rows) / 12
        assert found["noise"] == pytest.approx(noise, rel=1e-5)
        assert found["square"] == pytest.approx(square / found["weights"] / found["gates"], rel=1e-5)
        assert found["head"] == pytest.approx(rows[0][1].abs().mean().item())
        assert found["gate"] == pytest.approx(np.mean([float(g) for g, *_, which in rows if which]))


def test_the_cost_of_noise_is_a_product_of_three(model, batch):
    for found in kl.look(model, batch).values():
        product = found["weights"] * found["gates"] * found["felt_variance"]
        assert found["noise"] == pytest.approx(product, rel=1e-5)


def test_the_cost_of_noise_is_the_variance_of_predictions_from_draws(model, batch):
    model.train()
    with torch.no_grad():
        drawn = torch.stack([model(batch.inputs).prediction for _ in range(4000)])  # (draws, 12)
    cost = sum(found["noise"] for found in kl.look(model, batch).values())
    assert drawn.var(dim=0).mean().item() == pytest.approx(cost, rel=4 * (2 / 4000 / 12) ** 0.5)
    assert model.training  # a look leaves the mode as it was


def test_loads_count_the_rows_that_chose_an_expert(model, batch):
    model.train()
    found = kl.loads(model, batch)
    assert model.training  # the mode is as it was
    assert list(found) == ["a", "b"]
    for m, experts in found.items():
        rows = list(pairs(model, batch, m))
        for j in range(5):
            mine = rows[j::5]
            assert experts["load"][j] == pytest.approx(np.mean([row[4] for row in mine]), abs=1e-4)
            assert experts["variance"][j] == pytest.approx(np.mean([row[3].mean() for row in mine]), rel=1e-4)
            assert experts["mean"][j] == pytest.approx(
                np.mean([row[2].abs().mean() for row in mine]), rel=1e-4
            )


@pytest.mark.parametrize("reduce", ["mean", "sum"])
def test_the_weight_of_a_coordinate_is_the_loss_it_adds(model, batch, reduce):
    gaussian = model.eval()(batch.inputs).moe["a"].gaussian
    whole = 0.3 * kl_divergence(gaussian, reduce)
    one = gaussian.kl().sum(dim=(1, 2)).mean()  # every coordinate of every expert, weight 1, mean over rows
    assert (kl.per_coordinate(0.3, reduce, 5, 4) * one).item() == pytest.approx(whole.item(), rel=1e-5)


def test_a_result_fits_the_schema(result):
    validate(result)


def test_the_key_is_known_before_training(sweep, result):
    assert sweep.key() == result["key"]


@pytest.mark.parametrize("moment", ["valid", "last"])
def test_selected_and_last_epoch_are_those_of_fit(result, moment):
    config = EUARConfig(in_features=WIDTHS, alpha=0.5, lam=0.0)
    alone = {"epochs": 3, "select": moment, "device": "cpu"}
    runs = fit(config, dataset(120), seeds=(0, 1), **alone)
    for record, run in zip(result["runs"], runs, strict=True):
        found = record if moment == "valid" else record["last"]
        assert {split: found[split] for split in ("valid", "test")} == run.metrics
        assert moment == "last" or record["best_epoch"] == run.best_epoch


def test_curves_run_from_the_start_to_the_last_epoch(result):
    for run in result["runs"]:
        assert len(run["valid_mae"]) == 3
        for name, curve in run["curves"].items():
            for epoch, moment in ((0, "start"), (run["best_epoch"], "selected"), (3, "last")):
                views = [state[name] for state in run["states"][moment].values()]
                assert curve[epoch] == pytest.approx(np.mean(views), rel=1e-4)
        assert min(run["valid_mae"]) == pytest.approx(run["valid"]["mae"], rel=1e-4)


def test_every_request_is_asked_once_and_covers_zero_to_one():
    settings = [(sweep.alpha, sweep.reduce, sweep.lam) for sweep in kl.measurements()]
    assert len(set(settings)) == len(settings)
    for reduce in ("mean", "sum"):
        swept = {alpha for alpha, over, lam in settings if lam == 0 and (over == reduce or alpha == 0)}
        assert swept == {0, 1e-3, 1e-2, 1e-1, 1}
