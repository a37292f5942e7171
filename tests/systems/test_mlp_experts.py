"""An MLP expert against its formula, and its size against a Gaussian expert's."""

import torch

from euar.model import EUARConfig
from euar.systems.mlp_experts import MLPExpertsConfig

WIDTHS = {"a": 6, "b": 3}


def test_an_expert_is_two_layers_with_relu_between():
    torch.manual_seed(0)
    experts, x = MLPExpertsConfig(WIDTHS, dim=5, num_experts=4).build().moes["a"].experts, torch.randn(7, 5)
    first, _, second = experts
    answers = experts(x.expand(4, -1, -1))
    for j in range(4):
        hidden = torch.relu(x @ first.weight[j] + first.bias[j])
        torch.testing.assert_close(answers[j], hidden @ second.weight[j] + second.bias[j])


def test_it_has_as_many_parameters_as_euar():
    counts = [
        sum(p.numel() for p in config(WIDTHS).build().parameters())
        for config in (MLPExpertsConfig, EUARConfig)
    ]
    assert counts[0] == counts[1]
