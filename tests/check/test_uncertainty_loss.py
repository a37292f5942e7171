"""The exercises of "The uncertainty loss", right and wrong; its claims fail where the effect is removed."""

from pathlib import Path

import torch

from euar.check import uncertainty_loss as check

CHAPTER = Path(__file__).parents[2] / "book" / "uncertainty_loss.ipynb"


def unfinished(*_):
    raise NotImplementedError


def solution(weights, variance):
    share = weights / weights.sum(dim=-1, keepdim=True)
    return (share * variance.detach().mean(dim=-1)).sum(dim=-1).mean()


def by_loops(weights, variance):
    rows = []
    for g, s in zip(weights, variance.detach(), strict=True):
        chosen = [j for j in range(5) if g[j] > 0]
        rows.append(sum(g[j] * s[j].mean() for j in chosen) / sum(g[j] for j in chosen))
    return torch.stack(rows).mean()


RIGHT = {
    check.rising_logits: [
        (False, False, True, True),
        [False, False, True, True],
    ],
    check.threshold: [
        lambda p1, p2: p2 / (1 - p1),
        lambda p1, p2: torch.tensor(p2 / (1 - p1)),
    ],
    check.router_loss: [
        solution,
        by_loops,
    ],
}
WRONG = {
    check.rising_logits: [
        (..., ..., ..., ...),
        (True, True, False, False),
        (False, False, False, False),
        (True, True, True, True),
        (False, True, True, True),
    ],
    check.threshold: [
        unfinished,
        lambda p1, p2: 1.0,
        lambda p1, p2: p2,
        lambda p1, p2: p1 / (1 - p2),
        lambda p1, p2: p2 / (p1 + p2),
        lambda p1, p2: p2 / (1 + p1),
        lambda p1, p2: 7.0,
        lambda p1, p2: 1 / 0,
    ],
    check.router_loss: [
        unfinished,
        lambda g, s: (g * s.detach().mean(dim=-1)).sum(dim=-1).mean(),
        lambda g, s: solution(g, s) / 5,
        lambda g, s: 3 * solution(g, s),
        lambda g, s: solution(g, s.sqrt()),
        lambda g, s: (g / g.sum(dim=-1, keepdim=True) * s.mean(dim=-1)).sum(dim=-1).mean(),
        lambda g, s: solution(g, s).detach(),
        lambda g, s: (g / g.detach().sum(dim=-1, keepdim=True) * s.detach().mean(dim=-1)).sum(dim=-1).mean(),
        lambda g, s: (g * s.mean(dim=-1)).sum(dim=-1),
        lambda g, s: solution(g, s) + 1,
        lambda g, s: 1 / 0,
    ],
}


def test_the_logits_move_as_the_exercises_say():
    probs = torch.tensor([0.4, 0.3, 0.2, 0.1])
    logits = probs.log().requires_grad_()
    (logits.softmax(dim=0)[:2].sum()).backward()  # all variances are 1
    assert check.rising_logits([bool(g < 0) for g in logits.grad]).ok
    p = torch.tensor([0.3, 0.2, 0.5])
    logits = p.log().requires_grad_()
    (logits.softmax(dim=0) * torch.tensor([0.2 / 0.7, 1.0, 0.0])).sum().backward()
    assert logits.grad[0].abs() < 1e-6
