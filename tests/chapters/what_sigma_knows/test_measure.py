"""What the experiment on sigma records agrees with direct computations, `fit`, and the noise it was given."""

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr

from euar.chapters.what_sigma_knows import measure as sigma
from euar.chapters.what_sigma_knows.variance_optimum import best_variance, excess
from euar.data import simulate
from euar.model import EUARConfig
from euar.training import Recipe, fit
from euar.training.batches import all_splits
from tests.experiments.schema import validate

QUICK = Recipe(epochs=1, batch_size=128)
QUIET = {"data": "simulated", "variant": "quiet"}
MOMENTS = {"start", "selected", "last", "selected converged", "last converged"}


@pytest.fixture(scope="module", params=["default", "likelihood"])
def meter(request):
    return sigma.Meter(network=request.param, views=("text", "audio"), seeds=(3,), recipe=QUICK, **QUIET)


@pytest.fixture(scope="module")
def result(meter):
    return meter.measure("what_sigma_knows").record


@pytest.fixture(scope="module")
def trained(meter):
    """The model that the meter should have trained, and the test rows."""
    dataset = sigma.world("quiet", 3).with_modalities(["text", "audio"])
    model = fit(meter.config(dataset), dataset, seeds=[3], epochs=1, batch_size=128, device="cpu")[0].model
    return model, dataset, all_splits(dataset, torch.device("cpu"))


def test_a_quiet_row_is_a_scaled_loud_one():
    loud, quiet = sigma.world("loud", 1), sigma.world("quiet", 1)
    for m, noise in loud.meta["noise"].items():
        np.testing.assert_allclose(quiet.modalities[m], loud.modalities[m] * (0.2 / noise**2)[:, None])
        length = np.linalg.norm(quiet.modalities[m], axis=1)
        assert spearmanr(length, noise).statistic < -0.9
    assert (loud.target == quiet.target).all()
    assert loud.sha256 == simulate(seed=1).sha256


def test_a_result_fits_the_schema(result):
    validate(result)


def test_the_key_is_known_before_training(meter, result):
    assert meter.key() == result["key"]


def test_it_looks_at_every_moment(meter, result):
    converged = {moment for moment in MOMENTS if "converged" in moment}
    expected = MOMENTS if meter.network == "default" else MOMENTS - converged
    assert set(result["runs"][0]["states"]) == expected


def test_correlations_are_those_of_the_model_that_fit_trains(result, trained):
    model, dataset, data = trained
    test = dataset.subset(split="test")
    with torch.no_grad():
        out = model.eval()(data["test"].inputs)
    found = result["runs"][0]["states"]["selected"]
    for m, moe in out.moe.items():
        chosen = moe.gaussian.log_var.gather(1, moe.routing.index.unsqueeze(-1).expand(-1, -1, 64))
        expected = spearmanr(chosen.exp().mean(dim=(1, 2)), test.meta["noise"][m]).statistic
        assert found["views"][m]["mean"]["noise"] == pytest.approx(expected, abs=1e-3)
        error = (out.prediction - data["test"].target).abs()
        expected = spearmanr(chosen.mean(dim=(1, 2)), error).statistic
        assert found["views"][m]["log"]["error"] == pytest.approx(expected, abs=1e-3)
        if "whole" in found:
            expected = spearmanr(out.log_var, test.meta["noise"][m]).statistic
            assert found["whole"][m]["noise"] == pytest.approx(expected, abs=1e-3)


def test_within_rows_only_the_noise_changes(meter, result):
    dataset = sigma.world("quiet", 3).with_modalities(["text", "audio"])
    doses = meter._doses(dataset, 3)
    scale = dataset.modalities["text"][dataset.split == "train"].std(axis=0)
    level = sigma.LEVELS.index(2.0)
    raw = sigma.world("quiet", 3, (2.0, 2.0)).modalities["text"][dataset.split == "test"]
    drawn = doses[level].inputs["text"].numpy() * scale
    np.testing.assert_allclose(drawn - drawn[0], raw - raw[0], atol=1e-3)
    for dose in doses:
        assert (dose.target.numpy() == dataset.target[dataset.split == "test"]).all()
    unfamiliar = result["runs"][0]["states"]["last"]["views"]["text"]["unfamiliar"]
    assert unfamiliar["within"] < -0.9  # short rows look like the bias, and noise makes them short here


@pytest.mark.parametrize("meter", ["default"], indirect=True)
def test_the_distance_is_that_of_the_training_rows(result, trained):
    model, _, data = trained
    with torch.no_grad():
        out = model.eval()(data["train"].inputs).moe["audio"]
        best = best_variance(model, out, "audio")
    far, chosen = excess(out.gaussian.variance, best), out.routing.weights > 0
    found = result["runs"][0]["states"]["selected"]["distance"]["audio"]
    assert found["chosen"] == pytest.approx(far[chosen].mean().item(), rel=1e-3)
    assert found["others"] == pytest.approx(far[~chosen].mean().item(), rel=1e-3)
    assert found["both"] == pytest.approx(found["chosen"] * 3 / 8 + found["others"] * 5 / 8, rel=1e-3)
    constants = torch.linspace(0.7, 1.4, 71)[:, None, None]
    harmonic = 1 / (1 / best).mean(dim=0)
    tried = torch.stack([excess(c * harmonic, best).mean() for c in constants])
    assert tried.min().item() == pytest.approx(found["ignoring x"], rel=1e-3)
    end = result["runs"][0]["states"]["selected converged"]["distance"]["audio"]
    assert end["both"] < found["ignoring x"] < found["both"]


def test_on_tweets_the_raters_of_one_pool_are_asked():
    meter = sigma.Meter(network="likelihood", data="embedded", seeds=(0,), recipe=QUICK)
    dataset = sigma.world("embedded")
    run = meter.measure("what_sigma_knows").record["runs"][0]["states"]["last"]
    model = fit(meter.config(dataset), dataset, epochs=1, batch_size=128, device="cpu")[0].model
    with torch.no_grad():
        log_var = model.eval()(all_splits(dataset, torch.device("cpu"))["test"].inputs).log_var.numpy()
    test = dataset.subset(split="test")
    few = test.meta["pool"] == "20"
    expected = spearmanr(log_var[few], test.target_sd[few]).statistic
    for view in run["whole"].values():
        assert view["raters"] == pytest.approx(expected, abs=1e-3)
        assert view["raters given"] != view["raters"]


def test_every_request_is_asked_once():
    asked = [(meter.network, meter.variant or meter.data, meter.views) for meter in sigma.measurements()]
    assert len(set(asked)) == len(asked)
    assert {len(meter.seeds) for meter in sigma.measurements()} == {10}
    for data in ("loud", "quiet", "embedded"):
        assert {network for network, where, views in asked if where == data and views is None} == set(
            sigma.NETWORKS
        )


def test_the_control_differs_from_the_default_in_its_head_alone():
    widths = {"a": 3}
    control, default = sigma.NETWORKS["likelihood"](widths).to_dict(), EUARConfig(widths).to_dict()
    assert {name for name in default if control[name] != default[name]} == {"outputs"}
