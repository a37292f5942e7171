"""The spread of answers against sums over experts, one at a time."""

import numpy as np
import pytest
import torch

from euar.chapters.other_signals.disagreement import ALL, CHOSEN, disagreement, spread
from euar.systems import find
from euar.training.batches import Batch

WIDTHS = {"a": 6, "b": 3}


def rows(n=5):
    torch.manual_seed(0)
    return Batch({m: torch.randn(n, w) for m, w in WIDTHS.items()}, {}, torch.zeros(n))


def built(system, outputs=3, **changes):
    torch.manual_seed(1)
    task = "classification" if outputs > 1 else "regression"
    return find(system).configure(WIDTHS, task=task, outputs=outputs, **changes).build().eval()


def head_of(model, system, m):
    if system == "calibrated":
        return model.heads[m].weight
    place = list(WIDTHS).index(m) * model.config.dim
    return model.head.weight[:, place : place + model.config.dim]


@pytest.mark.parametrize("system", ["default", "calibrated"])
@pytest.mark.parametrize("outputs", [1, 3])
def test_it_is_the_variance_of_what_the_head_is_given_by_each_expert(system, outputs):
    model = built(system, outputs)
    found = disagreement(model, rows())
    with torch.no_grad():
        out = model(rows().inputs).moe
    for m in WIDTHS:
        for row in range(5):
            given = [head_of(model, system, m) @ mean for mean in out[m].gaussian.mean[row]]
            answers = torch.stack(given).detach().numpy()  # (N, C)
            gate = out[m].routing.weights[row].numpy()
            for name, g in ((CHOSEN, gate), (ALL, np.ones(len(gate)))):
                center = np.average(answers, axis=0, weights=g)
                expected = np.average((answers - center) ** 2, axis=0, weights=g).mean()
                assert found[name][m][row] == pytest.approx(expected, rel=1e-3)


def test_experts_that_agree_have_no_spread():
    same = torch.ones(2, 4, 3)
    assert spread(same, torch.rand(2, 4)).abs().max() < 1e-6


def test_a_head_that_bends_has_no_slope():
    with pytest.raises(ValueError, match="expected linear heads"):
        disagreement(built("released"), rows())
