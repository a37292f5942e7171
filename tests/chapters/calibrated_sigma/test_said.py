"""What models say beside their predictions, in one shape."""

import pytest
import torch

from euar.chapters.calibrated_sigma.said import said_by
from euar.systems import find
from euar.training.batches import Batch
from euar.training.inside import announced
from euar.training.predict import evaluating
from euar.training.targets import TargetScale

WIDTHS = {"a": 6, "b": 3}


def rows(n=5):
    torch.manual_seed(0)
    return Batch({m: torch.randn(n, w) for m, w in WIDTHS.items()}, {}, torch.zeros(n))


def built(system, task="regression", **changes):
    torch.manual_seed(1)
    return (
        find(system).configure(WIDTHS, task=task, outputs=1 if task == "regression" else 3, **changes).build()
    )


@pytest.mark.parametrize("system", ["heteroscedastic", "mc-dropout", "deep-ensemble"])
def test_networks_without_experts_announce_an_sd_and_no_modality(system):
    model = built(system)
    said = said_by(model, rows())
    assert said.prediction.shape == said.sd.shape == (5,) and said.noise == said.weights == {}
    with evaluating(model):
        assert said.sd == pytest.approx(announced(model, rows()))


@pytest.mark.parametrize("system", ["default", "calibrated", "deep-ensemble"])
def test_what_is_said_is_in_the_users_units(system):
    model, plain = built(system), rows()
    user = said_by(model, plain._replace(scale=TargetScale(mean=50.0, sd=20.0, sentiment=False)))
    assert user.prediction == pytest.approx(50 + 20 * said_by(model, plain).prediction)
    assert user.sd == pytest.approx(20 * said_by(model, plain).sd)


@pytest.mark.parametrize("system", ["default", "paper", "released", "calibrated"])
def test_ratings_come_with_an_sd_and_the_noise_of_each_modality(system):
    said = said_by(built(system), rows())
    assert said.prediction.shape == said.sd.shape == (5,) and (said.sd > 0).all()
    assert said.noise.keys() == WIDTHS.keys() and all((n > 0).all() for n in said.noise.values())


def test_the_sd_of_euar_is_that_of_its_draws():
    model, one = built("default"), rows(1)
    many = Batch({m: x.expand(40_000, -1) for m, x in one.inputs.items()}, {}, torch.zeros(40_000))
    with torch.no_grad():
        drawn = model.train()(many.inputs).prediction
    assert said_by(model, one).sd[0] == pytest.approx(drawn.std().item(), rel=0.02)


def test_the_weights_of_the_calibrated_sum_to_one():
    said = said_by(built("calibrated"), rows())
    assert sum(said.weights.values()) == pytest.approx(1.0)
    less = min(WIDTHS, key=lambda m: said.weights[m][0])
    assert said.noise[less][0] == max(values[0] for values in said.noise.values())


@pytest.mark.parametrize("system", ["default", "calibrated", "qmf", "tmc", "concat", "mc-dropout"])
def test_classes_come_as_probabilities(system):
    said = said_by(built(system, "classification"), rows())
    assert said.prediction.shape == (5, 3) and said.prediction.sum(axis=1) == pytest.approx(1.0)
    assert said.sd is None and bool(said.noise) == (system not in ("concat", "mc-dropout"))


def test_a_plain_system_says_its_prediction_alone():
    said = said_by(built("concat"), rows())
    assert said.sd is None and said.noise == said.weights == {}
