"""The exercises of "Training the encoders too" know right from wrong; its claims fail without the effect."""

import copy
import math
import re

import matplotlib
import numpy as np
import pytest

from euar.chapters import ClaimError
from euar.chapters.trained_encoders import exercises as check
from euar.chapters.trained_encoders import records
from euar.experiments.comparison import Comparison
from euar.training import Recipe
from euar.training.epoch import Epoch
from tests.chapters import controls

matplotlib.use("Agg")


def unfinished(*_):
    raise NotImplementedError


def scheduled(step, steps, highest, warmup):
    done = step / steps
    if done < warmup:
        return highest * (step + 1) / (steps * warmup)
    return highest * (1 + math.cos(math.pi * (done - warmup) / (1 - warmup))) / 2


def of_the_package(step, steps, highest, warmup):
    recipe = Recipe(epochs=1, lr=highest, warmup=warmup)
    return Epoch(1, [None] * steps, None, recipe).rate(step)


def falls(part):
    def rate(step, steps, highest, warmup):
        done = step / steps
        if done < warmup:
            return scheduled(step, steps, highest, warmup)
        return highest * part(done, (done - warmup) / (1 - warmup))

    return rate


def drawn(pick):
    return lambda n: pick(np.random.default_rng(1).normal(size=(20_000, n)))


RIGHT = {
    check.rate: [scheduled, of_the_package],
    check.luck: [
        drawn(lambda x: x.max(axis=1).mean()),
        lambda n: np.mean([max(np.random.default_rng(i).normal(size=n)) for i in range(20_000)]),
    ],
}
WRONG = {
    check.rate: [
        unfinished,
        lambda s, n, h, w: h * s / n / w if s / n < w else scheduled(s, n, h, w),
        falls(lambda done, _: (1 + math.cos(math.pi * done)) / 2),
        falls(lambda _, gone: 1 - gone),
        lambda s, n, h, w: h,
        lambda s, n, h, w: 1 / 0,
    ],
    check.luck: [
        unfinished,
        drawn(lambda x: x.min(axis=1).mean()),
        lambda n: n**-0.5,
        drawn(lambda x: x.mean()),
        lambda n: None + n,
    ],
}


CELLS = {
    "buys-claims": ["results", "buys-picture"],
    "gain-claims": ["results", "gain-picture", "gain-table"],
    "ablation-claims": ["results", "gain-table", "ablation-picture"],
    "sigma-claims": ["results"],
}


def run(claims, change=lambda results: None):
    """Run the cells that claim something on results that `change` has changed."""
    words = copy.deepcopy(records.trained(records.WORDS).results)
    change(words)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(records, "trained", lambda *_: Comparison(words))
        controls.run("trained_encoders", *CELLS[claims], claims)


def shifted(name, metric, by):
    """A result whose test scores are other by a number in every run."""

    def change(results):
        for one in results[name]["runs"]:
            one["test"][metric] += by

    return change


def knowing(*path, by):
    """EUAR's default that knows more."""

    def change(results):
        *names, last = path
        for one in results["default"]["runs"]:
            known = one["trials"]
            for name in names:
                known = known[name]
            known[last] += by

    return change


CONTROLS = {
    "linear: gain by the encoder, acc2": ("buys-claims", shifted("linear-head", "acc2", -0.04)),
    "EUAR: gain by the encoder, mae": ("buys-claims", shifted("default", "mae", 0.08)),
    "MLP experts: gain by the encoder, acc2": ("buys-claims", shifted("mlp-experts", "acc2", -0.03)),
    "linear head minus EUAR": ("gain-claims", shifted("linear-head", "acc2", -0.03)),
    "concat minus EUAR": ("gain-claims", shifted("concat", "acc2", -0.03)),
    "linear experts minus EUAR": ("gain-claims", shifted("linear-experts", "acc2", -0.03)),
    "EUAR minus MLP experts": ("gain-claims", shifted("mlp-experts", "acc2", -0.03)),
    "without U-loss: the paper's fall": ("ablation-claims", shifted("default; lam 0.0", "acc2", -0.03)),
    "without both: the paper's fall": (
        "ablation-claims",
        shifted("default; alpha 0.0; lam 0.0", "acc2", -0.05),
    ),
    "EUAR: rank correlation of the variance": ("sigma-claims", knowing("test", "wrong", "text", by=0.3)),
    "EUAR: AUROC of blanked words": ("sigma-claims", knowing(records.BLANKED, "auroc", "text", by=0.3)),
}


@pytest.mark.parametrize("claim", CONTROLS)
def test_control_results_without_the_effect(claim):
    claims, change = CONTROLS[claim]
    with pytest.raises(ClaimError, match=re.escape(claim)):
        run(claims, change)


@pytest.mark.parametrize("claims", CELLS)
def test_the_claims_hold_on_what_was_measured(claims):
    run(claims)
