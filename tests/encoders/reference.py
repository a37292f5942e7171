"""The sequence encoder once more, a row, a head and a position at a time, from the description of the code.

A convolution; sqrt(D) times it, plus sines and cosines of the position; layers that normalise before
attention and before a feed-forward net of 4 D with ReLU; a last normalisation.
"""

import math

import torch


def convolved(frames, weight):
    """(T, d) and (D, d, kernel) to (T, D), with zeros at both ends."""
    kernel, steps = weight.shape[2], len(frames)
    out = torch.zeros(steps, weight.shape[0])
    for t in range(steps):
        for j in range(kernel):
            place = t + j - kernel // 2
            if 0 <= place < steps:
                out[t] += weight[:, :, j] @ frames[place]
    return out


def position(number, dim):
    half = dim // 2
    angles = [number / 10_000 ** (i / (half - 1)) for i in range(half)]
    return torch.tensor([math.sin(a) for a in angles] + [math.cos(a) for a in angles])


def normed(x, norm):
    centred = x - x.mean(-1, keepdim=True)
    return centred / (centred.pow(2).mean(-1, keepdim=True) + norm.eps).sqrt() * norm.weight + norm.bias


def attended(x, attention):
    """Self-attention over (T, D)."""
    dim, heads = x.shape[1], attention.num_heads
    queries, keys, values = (x @ attention.in_proj_weight.T + attention.in_proj_bias).split(dim, dim=1)
    parts = []
    for head in range(heads):
        own = slice(head * dim // heads, (head + 1) * dim // heads)
        scores = queries[:, own] @ keys[:, own].T / math.sqrt(dim / heads)
        parts.append(torch.softmax(scores, dim=1) @ values[:, own])
    return torch.cat(parts, dim=1) @ attention.out_proj.weight.T + attention.out_proj.bias


def transformed(x, encoder, numbers):
    """(T, D) through the layers; `numbers` (T,) are the positions', 0 for none."""
    dim = x.shape[1]
    x = math.sqrt(dim) * x + torch.stack([position(n, dim) if n else torch.zeros(dim) for n in numbers])
    for layer in encoder.layers:
        x = x + attended(normed(x, layer.norm1), layer.self_attn)
        inner = torch.relu(normed(x, layer.norm2) @ layer.linear1.weight.T + layer.linear1.bias)
        x = x + inner @ layer.linear2.weight.T + layer.linear2.bias
    return normed(x, encoder.norm)
