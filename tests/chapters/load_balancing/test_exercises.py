"""The exercises of "Load balancing" know right from wrong; its claims fail where the effect is removed."""

from pathlib import Path

import nbformat
import numpy as np
import pytest
import torch
from torch.nn.functional import one_hot

from euar.chapters import ClaimError
from euar.chapters.load_balancing import exercises as check
from euar.gating import Routing
from tests.chapters import controls

CHAPTER = Path(__file__).parents[3] / "book" / "load_balancing.ipynb"


def share(probs):
    return one_hot(probs.argmax(dim=1), probs.shape[1]).to(probs).mean(dim=0)


def switch(probs):
    return probs.shape[1] * (share(probs) * probs.mean(dim=0)).sum()


def unfinished(*_):
    raise NotImplementedError


def soft(probs):
    """The right value, with a gradient through the counts as well."""
    counts = share(probs) + probs.mean(dim=0) - probs.mean(dim=0).detach()
    return probs.shape[1] * (counts * probs.mean(dim=0)).sum()


RIGHT = {
    check.values: [
        (1, 16),
        [1.0, np.float32(16)],
    ],
    check.ratio: [
        lambda a, b, n: (a * n) / (b / n),
    ],
    check.switch_loss: [
        switch,
    ],
}
WRONG = {
    check.values: [(..., ...), (1 / 16, 16), (2, 16), (3, 16), (1, 1), (1, 2)],
    check.ratio: [
        lambda a, b, n: ...,
        lambda a, b, n: a / b,
        lambda a, b, n: a / b * n,
        lambda a, b, n: b / a / n**2,
        lambda a, b, n: a + b + n,
        lambda a, b, n: 1 / 0,
    ],
    check.switch_loss: [
        lambda probs: None,
        lambda probs: switch(probs) / 5,
        lambda probs: switch(probs) / 25,
        lambda probs: 5 * probs.mean(dim=0).square().sum(),
        lambda probs: 5 * share(probs).square().sum(),
        lambda probs: share(probs) * probs.mean(dim=0),
        lambda probs: switch(probs) + 1,
        lambda probs: switch(probs).item(),
        soft,
    ],
}


def run(cells, **names):
    """Execute cells of the chapter, `names` in place of what they would compute, and return their names."""
    return controls.run("load_balancing", *cells, **names)


def routing(shares, rows=1000):
    """A routing whose first choices have these shares."""
    index = np.repeat(np.arange(len(shares)), np.round(np.array(shares) * rows).astype(int))
    chosen = torch.tensor(index)[:, None]
    return Routing(torch.zeros(len(index), len(shares)), chosen, torch.zeros(len(index), len(shares)))


EVEN, GONE = [1 / 8] * 8, [1.0] + [0.0] * 7
NAMES = ("none", "paper, 1e-5", "switch, 0.01", "switch, 0.1")


def first_choice(found):
    return np.bincount(found.index[:, 0], minlength=found.probs.shape[1]) / len(found.index)


def results(shares, error=0.5):
    return [(routing(shares), error + seed / 100) for seed in range(3)]


def test_control_experts_that_are_lost():
    for k, words in ((1, "k = 1"), (3, "k = 3")):
        trained = {(n, name): results(EVEN) for n in (1, 3) for name in NAMES} | {(k, "none"): results(GONE)}
        with pytest.raises(ClaimError, match=words):
            run(["claims"], trained=trained, first_choice=first_choice)


@pytest.mark.parametrize("error", [0.4, 0.6])
def test_control_a_loss_that_changes_the_model(error):
    trained = {(n, name): results(EVEN) for n in (1, 3) for name in NAMES}
    trained[3, "paper, 1e-5"] = results(EVEN, error)
    with pytest.raises(ClaimError, match="paper's loss against none"):
        run(["claims"], trained=trained, first_choice=first_choice)


@pytest.mark.parametrize(("name", "shares"), [("none", EVEN), ("paper, 1e-5", EVEN), ("switch, 0.1", GONE)])
def test_control_loads_the_other_way_round(name, shares):
    pushed = (
        {name: results(GONE) for name in NAMES[:3]} | {"switch, 0.1": results(EVEN)} | {name: results(shares)}
    )
    with pytest.raises(ClaimError, match="pushed"):
        run(["biased-claim"], pushed=pushed, first_choice=first_choice)


@pytest.mark.parametrize("beta", [1e-2, 1e-8])
def test_control_a_coefficient_of_another_order(beta):
    source = {cell.id: cell.source for cell in nbformat.read(CHAPTER, as_version=4).cells}
    space = run(["untrained"])
    with pytest.raises(ClaimError, match=r"over 1000 N\^2|from above"):
        for cell in ("pull-gradient-norm", "pull-pulls", "pull"):
            exec(source[cell].replace("1e-5)", f"{beta})"), space)
