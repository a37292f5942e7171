import torch

from euar.chapters.flops import multiplications
from euar.experts import GaussianExperts
from euar.gating import TopKGate


def test_products_are_counted_also_those_that_are_sorted_by_expert():
    experts, x = GaussianExperts(6, 8, 4), torch.zeros(5, 8)
    index = torch.arange(10).view(5, 2) % 6
    assert multiplications(TopKGate(8, 6, 2), x) == 8 * 6
    assert multiplications(experts, x) == 6 * 8 * 2 * 4
    assert multiplications(experts, x, index) == 2 * 8 * 2 * 4
