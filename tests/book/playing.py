"""What the playground's pages must show, by PyTorch and NumPy: noise, announced sigmas, experts' answers."""

import make_playground
import numpy as np
import torch

from euar.chapters.calibrated_sigma.said import said_by
from euar.systems.mixture import Mixture
from euar.training.batches import Batch

FOLDER = make_playground.ASSET.parent


def mulberry32(seed, size):
    """Uniform numbers in [0, 1), by Tommy Ettinger's generator."""
    numbers, mask = [], 2**32 - 1
    for step in range(1, size + 1):
        state = (seed + step * 0x6D2B79F5) & mask
        t = ((state ^ state >> 15) * (state | 1)) & mask
        t ^= (t + (t ^ t >> 7) * (t | 61)) & mask
        numbers.append((t ^ t >> 14) / 2**32)
    return np.array(numbers)


def normal(seed, size):
    """Standard normal numbers by the Box-Muller transform, each from two uniform ones."""
    uniform = mulberry32(seed, 2 * size)
    return np.sqrt(-2 * np.log1p(-uniform[::2])) * np.cos(2 * np.pi * uniform[1::2])


def disturbed(asset, rows, strengths, seed):
    """The views of "invented" or "tweets", {view: (n, d)}, noisy by so many SDs or, at None, left out.

    Row i of the view at place p gets the noise of the seed 3 (seed + i) + p.
    """
    header, arrays = asset
    inputs = {}
    for place, (view, width) in enumerate(header["views"].items()):
        clean = arrays[f"{rows}/{view}"]
        if strengths[place] is not None:
            noise = np.array([normal((seed + row) * 3 + place, width) for row in range(len(clean))])
            inputs[view] = torch.tensor(clean + strengths[place] * noise, dtype=torch.float32)
    return inputs


def announced(model, inputs):
    """The sigma of each prediction that a model announces, (B,); None for plain experts."""
    rows = len(next(iter(inputs.values())))
    sd = said_by(model, Batch(inputs, {}, torch.zeros(rows))).sd
    return None if sd is None else torch.from_numpy(sd)


def answers(model, view, x):
    """Means and sigmas of all experts of a view, (B, N, D) each, from its features."""
    projected = model.project({view: x}, {})[view]
    if isinstance(model, Mixture):
        experts = model.moes[view].experts
        return experts(projected.expand(experts[0].weight.shape[0], -1, -1)).transpose(0, 1), None
    gaussian = model.moes[view].experts(projected)
    return gaussian.mean, gaussian.log_var.div(2).exp()
