"""A linear head: the formula, and what a missing modality adds."""

import torch

from euar.systems.linear_head import LinearHeadConfig

WIDTHS = {"a": 6, "b": 3}


def test_the_prediction_is_one_linear_layer_on_the_concatenation():
    torch.manual_seed(0)
    model = LinearHeadConfig(WIDTHS, task="classification", outputs=3).build()
    x = {m: torch.randn(4, d) for m, d in WIDTHS.items()}
    weight = torch.cat([model.projections[m].weight for m in WIDTHS], dim=1)
    bias = sum(model.projections[m].bias for m in WIDTHS)
    expected = torch.cat(list(x.values()), dim=1) @ weight.T + bias
    torch.testing.assert_close(model(x).prediction, expected)


def test_a_modality_that_a_row_lacks_adds_nothing():
    model = LinearHeadConfig(WIDTHS).build()
    x = {m: torch.randn(4, d) for m, d in WIDTHS.items()}
    some = {"b": torch.tensor([True, False, True, True])}
    alone = model({"a": x["a"]}).prediction
    both = model(x, some).prediction
    assert both[1] == alone[1]
    assert (both != alone).tolist() == some["b"].tolist()
