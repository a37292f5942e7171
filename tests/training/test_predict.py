"""What looks at a model leaves its mode as it was."""

import pytest
import torch

from euar.chapters.kl_regularisation import measure as kl
from euar.chapters.uncertainty_loss import measure as uncertainty
from euar.chapters.what_sigma_knows.meters import readings
from euar.model import EUARConfig
from euar.training.batches import Batch
from euar.training.predict import evaluating, predict_batch

LOOKS = {
    "predict_batch": predict_batch,
    "look": kl.look,
    "loads": kl.loads,
    "states": uncertainty._states,
    "readings": lambda model, batch: readings(model, batch, batch),
}


@pytest.fixture
def model():
    torch.manual_seed(0)
    return EUARConfig({"a": 3, "b": 2}, dim=4, num_experts=5, k=2).build()


@pytest.fixture
def batch():
    return Batch({"a": torch.randn(6, 3), "b": torch.randn(6, 2)}, {}, torch.zeros(6))


@pytest.mark.parametrize("mode", [True, False])
@pytest.mark.parametrize("look", LOOKS)
def test_the_mode_comes_back(look, mode, model, batch):
    LOOKS[look](model.train(mode), batch)
    assert {module.training for module in model.modules()} == {mode}


def test_inside_there_is_no_noise_and_no_gradient_even_after_an_error(model):
    with pytest.raises(RuntimeError, match="stop"), evaluating(model.train()):
        assert not model.training
        assert not torch.is_grad_enabled()
        raise RuntimeError("stop")
    assert model.training
    assert torch.is_grad_enabled()
