"""The exercises of "The uncertainty loss", right and wrong; its claims fail where the effect is removed."""

import matplotlib
import pytest
import torch

from euar.chapters import ClaimError
from euar.chapters.uncertainty_loss import exercises as check
from tests.chapters import controls

matplotlib.use("Agg")

MAIN, DEEPER = "uncertainty_loss", "uncertainty_loss_deeper"


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


def run(cells, change=lambda known: None, page=MAIN):
    """Execute cells of a page on results that `change` has changed, and return their names."""

    def change_pushes(pairs):
        change({(push.lam, push.detach, push.renormalize): result for push, result in pairs})

    return controls.run(page, "results", *cells, change=change_pushes)


def views(known, key):
    """The states of all runs of a setting at the selected epoch, one for each view."""
    return [view for one in known[key]["runs"] for view in one["states"]["selected"].values()]


def like(key, other, *names):
    """A setting in which some quantities are those of another, run by run."""

    def change(known):
        for mine, theirs in zip(views(known, key), views(known, other), strict=True):
            mine.update({name: theirs[name] for name in names})

    return change


def by_chance(known):
    for view in views(known, FREE):
        view["agreement"] = 1 / 8


def better(key, by):
    def change(known):
        for one in known[key]["runs"]:
            one["test"]["mae"] -= by

    return change


def backwards(known):
    """The gate alone makes the router prefer sure experts."""
    for view in views(known, GATE):
        view["preference"] -= 0.2


FREE, GATE, EXPERTS = (0.0, None, "none"), (3.0, "variance", "none"), (3.0, "gate", "none")
CLOSED, OPEN = (3.0, "variance", "topk"), (0.0, None, "topk")
SETTINGS = ("table", "shares")
CLAIMS = (*SETTINGS, "claims")
HELP = (*CLAIMS, "help-table", "help-claims")
CLOSE = (*SETTINGS, "help-table", "close-table", "close-claims")
CONTROLS = {
    "no U-loss: agreement": (CLAIMS, by_chance),
    "gate alone, λ = 3: change of preference": (CLAIMS, backwards),
    "gate alone, λ = 3: kept": (CLAIMS, like(GATE, FREE, "kept")),
    "experts alone, λ = 3": (CLAIMS, like(EXPERTS, FREE, "preference")),
    "λ = 0.1: change of MAE": (HELP, better((0.1, None, "none"), 0.03)),
    "weights sum to 1, gate alone: agreement": (CLOSE, like(CLOSED, GATE, "agreement")),
    "weights sum to 1, gate alone: change of preference": (
        CLOSE,
        like(CLOSED, OPEN, "preference"),
    ),
    "weights sum to 1, gate alone: busiest": (CLOSE, like(CLOSED, OPEN, "busiest")),
    "gate alone: change of MAE, clean rows": (CLOSE, better(CLOSED, 0.03)),
}


@pytest.mark.parametrize("claim", CONTROLS)
def test_control_results_without_the_effect(claim):
    cells, change = CONTROLS[claim]
    with pytest.raises(ClaimError, match=claim):
        run(cells, change)


ABLATION = ("ablation-table", "ablation-show", "ablation-claims")


def test_the_claims_hold_on_the_results():
    run((*HELP, *CLOSE[-2:]))
    run(("agreement-table", "agreement-claims"), page=DEEPER)
    controls.run(DEEPER, *ABLATION)


def test_control_experts_that_agree_no_more_than_before_training():
    def unmoved(known):
        for one in known[FREE]["runs"]:
            one["states"]["selected"] = one["states"]["start"]

    with pytest.raises(ClaimError, match="selected epoch - start"):
        run(("agreement-table", "agreement-claims"), unmoved, page=DEEPER)


def test_control_a_loss_whose_absence_costs_as_much_as_in_the_paper():
    def costly(pairs):
        for row, result in pairs:
            for one in result["runs"] if getattr(row, "setting", "") == "without U" else ():
                one["test"]["acc2"] -= 0.025

    with pytest.raises(ClaimError, match="MOSI, without U: change of Acc2"):
        controls.run(DEEPER, *ABLATION, change=costly)


def test_a_gate_that_ignores_the_loss_stops_the_live_part():
    source = controls.sources("uncertainty_loss")
    start = {"kept": 0.56, "preference": 1.0}
    space = {"runs": {"gate alone": [start, start], "experts alone": [start, start]}}
    with pytest.raises(AssertionError):
        exec(source["descent-asserts"], space)
