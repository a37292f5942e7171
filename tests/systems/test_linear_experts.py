"""Linear experts are EUAR without its uncertainty: with the same weights, the same predictions."""

import torch

from euar.model import EUARConfig
from euar.systems.linear_experts import LinearExpertsConfig

WIDTHS = {"a": 6, "b": 3}
SIZES = {"dim": 5, "num_experts": 4, "k": 2}


def test_it_is_euar_that_answers_with_its_means():
    torch.manual_seed(0)
    euar = EUARConfig(WIDTHS, **SIZES, output="mean", alpha=0, lam=0).build()
    model = LinearExpertsConfig(WIDTHS, **SIZES).build()
    for part in ("projections", "head"):
        getattr(model, part).load_state_dict(getattr(euar, part).state_dict())
    for m in WIDTHS:
        model.moes[m].gate.load_state_dict(euar.moes[m].gate.state_dict())
        with torch.no_grad():
            model.moes[m].experts.weight.copy_(euar.moes[m].experts.mean_weight.transpose(1, 2))
            model.moes[m].experts.bias.copy_(euar.moes[m].experts.mean_bias.unsqueeze(1))
    inputs, target = {m: torch.randn(7, d) for m, d in WIDTHS.items()}, torch.randn(7)
    expected = euar(inputs)
    torch.testing.assert_close(model(inputs).prediction, expected.prediction)
    torch.testing.assert_close(model.loss(model(inputs), target).total, euar.loss(expected, target).total)


def test_it_has_half_of_the_gaussian_experts_parameters():
    experts = [c(WIDTHS, **SIZES).build().moes["a"].experts for c in (LinearExpertsConfig, EUARConfig)]
    linear, gaussian = (sum(p.numel() for p in each.parameters()) for each in experts)
    assert 2 * linear == gaussian
