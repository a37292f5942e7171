"""The exercises of the introduction know right from wrong and name the slip."""

import pytest
import torch

from euar.chapters.intro import exercises as intro

SHAPES = {"weights": (32, 5), "mean": (32, 5, 48), "hidden": (32, 48), "joint": (32, 144)}


def count(dim, experts):
    return dim * experts + experts + 2 * experts * (dim * dim + dim)


SLIPS = {
    intro.parameters: {
        "No formula": lambda d, n: None,
        "gate is missing": lambda d, n: count(d, n) - d * n - n,
        "bias": lambda d, n: d * n + 2 * n * d * d,
        "two linear layers": lambda d, n: d * n + n + n * (d * d + d),
        "one by one": lambda d, n: 0,
    },
}
RIGHT = {
    intro.shapes: [
        {name: kind(shape) for name, shape in SHAPES.items()} for kind in (tuple, list, torch.Size)
    ],
    intro.parameters: [count, lambda d, n: n * (d + 1) * (2 * d + 1)],
}
WRONG = {
    intro.shapes: [
        SHAPES | {"weights": ...},
        SHAPES | {"weights": (32, 2)},
        SHAPES | {"mean": (32, 2, 48)},
        SHAPES | {"mean": (32, 48)},
        SHAPES | {"hidden": (32, 5, 48)},
        SHAPES | {"joint": (32, 48)},
        SHAPES | {"joint": (3, 32, 48)},
    ],
    **{exercise: list(slips.values()) for exercise, slips in SLIPS.items()},
}


def test_an_empty_answer_is_refused():
    assert not intro.shapes({}).ok


@pytest.mark.parametrize(
    ("exercise", "words"), [(exercise, words) for exercise, slips in SLIPS.items() for words in slips]
)
def test_a_slip_is_named(exercise, words):
    assert words in exercise(SLIPS[exercise][words]).message
