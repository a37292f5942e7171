"""Small inputs that the tests of many systems share."""

import torch

WIDTHS = {"a": 6, "b": 3}


def inputs(rows=4):
    return {name: torch.randn(rows, width) for name, width in WIDTHS.items()}
