"""The checks of the introduction accept what is right and say what is wrong."""

import pytest
import torch

from euar.check import intro

SHAPES = {"weights": (32, 5), "mean": (32, 5, 48), "hidden": (32, 48), "joint": (32, 144)}


def test_shapes_accepts_the_solution_as_tuple_list_or_size():
    for kind in (tuple, list, torch.Size):
        assert intro.shapes({name: kind(shape) for name, shape in SHAPES.items()}).ok


def test_shapes_explains_the_stub_and_each_mistake_differently():
    wrong = [
        {},
        {"weights": ...},
        {"weights": (32, 2)},
        {"mean": (32, 2, 48)},
        {"mean": (32, 48)},
        {"hidden": (32, 5, 48)},
        {"joint": (32, 48)},
        {"joint": (3, 32, 48)},
    ]
    answers = [intro.shapes(SHAPES | slip if slip else {}) for slip in wrong]
    assert not any(answer.ok for answer in answers)
    assert len({answer.message for answer in answers[1:]}) == len(wrong) - 1


def _count(dim, experts):
    return dim * experts + experts + 2 * experts * (dim * dim + dim)


def test_parameters_accepts_any_form_of_the_formula():
    assert intro.parameters(_count).ok
    assert intro.parameters(lambda d, n: n * (d + 1) * (2 * d + 1)).ok


PARAMETER_SLIPS = {
    "No formula": lambda d, n: None,
    "gate is missing": lambda d, n: _count(d, n) - d * n - n,
    "bias": lambda d, n: d * n + 2 * n * d * d,
    "two linear layers": lambda d, n: d * n + n + n * (d * d + d),
    "one by one": lambda d, n: 0,
}


@pytest.mark.parametrize(("message", "answer"), PARAMETER_SLIPS.items())
def test_parameters_names_the_slip(message, answer):
    found = intro.parameters(answer)
    assert not found.ok and message in found.message


def test_mixture_accepts_every_way_to_write_the_sum():
    assert intro.mixture(lambda w, e: torch.einsum("bn,bnd->bd", w, e)).ok
    assert intro.mixture(lambda w, e: (w.unsqueeze(-1) * e).sum(dim=1)).ok
    assert intro.mixture(lambda w, e: (w.unsqueeze(1) @ e).squeeze(1)).ok


MIXTURE_SLIPS = {
    "Nothing came back": lambda w, e: None,
    "expected shape": lambda w, e: w[..., None] * e,
    "divided by N": lambda w, e: (w[..., None] * e).mean(dim=1),
    "did not use the weights": lambda w, e: e.sum(dim=1),
    "sum of the weights": lambda w, e: (w[..., None] * e).sum(dim=1) / w.sum(dim=1, keepdim=True),
    "middle axis": lambda w, e: (w[..., None] * e).sum(dim=2),
    "which axis": lambda w, e: (w.unsqueeze(1) * e).sum(dim=1),
}


@pytest.mark.parametrize(("message", "answer"), MIXTURE_SLIPS.items())
def test_mixture_names_the_slip(message, answer):
    found = intro.mixture(answer)
    assert not found.ok and message in found.message
