"""The exercises of "The whole model" know right from wrong; its claims fail where the effect is removed."""

import re
from types import SimpleNamespace

import matplotlib
import pytest
import torch
from torch.nn.functional import one_hot

from euar.chapters import ClaimError
from euar.chapters.whole_model import anatomy
from euar.chapters.whole_model import exercises as check
from euar.model import EUARConfig
from euar.training.batches import Batch

matplotlib.use("Agg")
from tests.chapters.controls import run, sources

MAIN, DEEPER = "whole_model", "whole_model_deeper"

ZERO = {
    "task on log-variance": True,
    "U on log-variance": False,
    "aux on experts": True,
    "KL on gate": True,
    "task on gate": False,
    "task on style": True,
    "KL on style": True,
}


def stub(*_):
    raise NotImplementedError


def count(widths, d, n, outputs, *, norm=2, maps=2, gates=1, reads=None, bias=1):
    m = len(widths)
    projections = sum((width + bias) * d + norm * d for width in widths.values())
    experts = maps * m * n * d * (d + bias)
    head = ((m if reads is None else reads) * d + bias) * outputs if reads != 0 else 0
    return projections + gates * m * n * (d + bias) + experts + head


def solution():
    """The layer of the chapter's own solution."""
    space = {"torch": torch, "check": SimpleNamespace(layer=lambda answer: answer)}
    exec(sources(DEEPER)["ex3-answer"], space)
    return space["layer"]


def layer(**changes):
    """A layer by loops, unlike the solution; `changes` replace the formula of one output by a mistake."""

    def answer(x, w, k, eps):
        probs = torch.stack([(w["gate_weight"] @ row + w["gate_bias"]).softmax(dim=0) for row in x])
        ask = {
            part: torch.stack([x @ w[f"{part}_weight"][j].T + w[f"{part}_bias"][j] for j in range(5)], dim=1)
            for part in ("mean", "log_var")
        }
        p = SimpleNamespace(x=x, probs=probs, eps=eps, mean=ask["mean"], free=ask["log_var"])
        p.index = probs.argsort(dim=1, descending=True)[:, :k]
        p.log_var = p.free.clamp(-8, 5)
        p.gates = probs * one_hot(p.index, 5).sum(dim=1)
        return {name: {**FORMULAS, **changes}[name](p) for name in FORMULAS}

    return answer


def mix(p, z, gates=None):
    """Eq. 6 by a loop over rows; z(i, j, slot) is the answer of an expert."""
    gates = p.gates if gates is None else gates
    return torch.stack(
        [
            sum(gates[i, j] * z(i, j, slot) for slot, j in enumerate(p.index[i].tolist()))
            for i in range(len(p.x))
        ]
    )


def kl(p):
    return -0.5 * (1 + p.log_var - p.mean**2 - p.log_var.exp())


def share(p):
    return one_hot(p.index[:, 0], 5).double().mean(dim=0)


def draw(p, size):
    return lambda i, j, slot: p.mean[i, j] + p.eps[i, slot] * size[i, j]


FORMULAS = {
    "hidden": lambda p: mix(p, draw(p, (p.log_var / 2).exp())),
    "kl": lambda p: kl(p).mean(),
    "aux": lambda p: 5 * (share(p) * p.probs.mean(dim=0)).sum(),
    "u": lambda p: (p.gates * p.log_var.exp().mean(dim=-1)).sum(dim=-1).mean() / 5,
}
MISTAKES = [
    {"hidden": lambda p: mix(p, lambda i, j, _: p.mean[i, j])},
    {"hidden": lambda p: mix(p, draw(p, p.log_var.exp()))},
    {"hidden": lambda p: mix(p, draw(p, (p.free / 2).exp()))},
    {"hidden": lambda p: mix(p, draw(p, (p.log_var / 2).exp()), p.gates / p.gates.sum(dim=1, keepdim=True))},
    {"hidden": lambda p: mix(p, draw(p, (p.log_var / 2).exp()), p.gates.sign())},
    {"hidden": lambda p: FORMULAS["hidden"](p)[:, :1]},
    {"hidden": lambda p: FORMULAS["hidden"](p) + 1},
    {"kl": lambda p: kl(p).sum(dim=-1).mean()},
    {"kl": lambda p: kl(p).mean(dim=-1).sum(dim=-1).mean()},
    {"kl": lambda p: kl(p)[p.gates > 0].mean()},
    {"aux": lambda p: (share(p) * p.probs.mean(dim=0)).sum()},
    {"aux": lambda p: (share(p) * p.gates.mean(dim=0)).sum() / 5},
    {"aux": lambda p: 5 * p.probs.mean(dim=0).square().sum()},
    {"u": lambda p: 5 * FORMULAS["u"](p)},
    {"u": lambda p: (p.gates * (p.log_var / 2).exp().mean(dim=-1)).sum(dim=-1).mean() / 5},
    {"u": lambda p: (p.gates * p.log_var.exp().sum(dim=-1)).sum(dim=-1).mean() / 5},
    {"u": lambda p: (p.probs * p.log_var.exp().mean(dim=-1)).sum(dim=-1).mean() / 5},
    {"u": lambda p: FORMULAS["u"](p) * 1.5},
    {"u": lambda p: FORMULAS["u"](p).detach()},
    {"aux": lambda p: FORMULAS["aux"](p).detach()},
    {"hidden": lambda p: FORMULAS["hidden"](SimpleNamespace(**{**vars(p), "mean": p.mean.detach()}))},
]

RIGHT = {
    check.zero_gradients: [
        ZERO,
    ],
    check.parameters: [
        count,
    ],
    check.layer: [
        layer(),
        solution(),
    ],
}
WRONG = {
    check.zero_gradients: [
        {},
        {**ZERO, "task on gate": ...},
        *({**ZERO, name: not value} for name, value in ZERO.items()),
    ],
    check.parameters: [
        stub,
        lambda *case: 1 / 0,
        lambda *case: count(*case) + 1,
        lambda *case: count(*case, norm=0),
        lambda *case: count(*case, maps=1),
        lambda *case: count(*case, gates=0),
        lambda *case: count(*case, reads=0),
        lambda *case: count(*case, reads=1),
        lambda *case: count(*case, bias=0),
    ],
    check.layer: [stub, lambda *_: {"hidden": 1}, *(layer(**mistake) for mistake in MISTAKES)],
}


@pytest.mark.parametrize(("exercise", "unknown"), [(check.parameters, 1), (check.layer, 2)])
def test_all_but_the_strange_mistakes_are_named(exercise, unknown):
    messages = [exercise(answer).message for answer in WRONG[exercise]]
    assert sum("not yet" in message.lower() for message in messages) == unknown


def test_a_stub_is_told_to_begin():
    assert "Write the function first" in check.layer(stub).message
    assert "Write the function first" in check.parameters(lambda *_: ...).message
    assert "Write the function first" in check.layer(lambda *_: None).message


def test_a_factor_of_two_in_the_gradient_is_noticed():
    def doubled(x, w, k, eps):
        found = layer()(x, w, k, eps)
        return {**found, "kl": 2 * found["kl"] - found["kl"].detach()}

    assert "gradient" in check.layer(doubled).message


def test_the_gradients_that_the_exercise_calls_zero_are_zero():
    torch.manual_seed(0)
    model = EUARConfig({"text": 3, "style": 2}, dim=4, num_experts=5, k=2, output="mean").build()
    inputs = {m: torch.randn(6, d) for m, d in model.config.in_features.items()}
    missing = {"style": torch.zeros(6, dtype=torch.bool)}
    found = anatomy.pushes(model, Batch(inputs, missing, torch.randn(6)))
    loss = model.loss(model.train()(inputs, missing), torch.randn(6))
    style = [*model.projections["style"].parameters(), *model.moes["style"].parameters()]
    zero = {
        "task on log-variance": found["task"]["log-variance"] == 0,
        "U on log-variance": found["U"]["log-variance"] == 0,
        "aux on experts": found["aux"]["mean"] == found["aux"]["log-variance"] == 0,
        "KL on gate": found["KL"]["gate"] == 0,
        "task on gate": found["task"]["gate"] == 0,
    }
    for name, value in {"task": loss.task, "KL": loss.parts["kl"]}.items():
        slopes = torch.autograd.grad(
            value, style, retain_graph=True, allow_unused=True, materialize_grads=True
        )
        zero[f"{name} on style"] = all(not slope.any() for slope in slopes)
    assert zero == ZERO


class Stranger:
    """Stands for a model whose views interact by a known amount."""

    def __init__(self, share):
        self.share = share

    def predict(self, inputs):
        a, b = inputs["lexicon"][:, 0], inputs["sentence"][:, 0]
        return a + self.share * a * b


@pytest.mark.parametrize(
    ("linear", "mlp", "words"), [(0.5, 0.5, "linear head"), (0.0, 0.0, "MLP head")], ids=["both", "neither"]
)
def test_control_heads_with_the_same_interaction(linear, mlp, words):
    generator = torch.Generator().manual_seed(0)
    inputs = {m: torch.randn(50, 1, generator=generator) for m in ("lexicon", "sentence")}
    heads = {
        name: [Stranger(share * (1 + i / 50)) for i in range(3)]
        for name, share in (("linear", linear), ("mlp", mlp))
    }
    with pytest.raises(ClaimError, match=words):
        run(MAIN, "claims-head", heads=heads, test=Batch(inputs, {}, torch.zeros(50)))


@pytest.mark.parametrize(
    ("term", "weight"), [("alpha", 3.0), ("lam", 10.0), ("beta", 1.0)], ids=["KL", "U", "aux"]
)
def test_control_terms_as_strong_as_the_task(term, weight):
    with pytest.raises(ClaimError, match="over task"):
        run(
            MAIN,
            "batch",
            "pushes-seeds",
            sample=small_batch(),
            followed={},
            EUARConfig=lambda widths: EUARConfig(widths, **{term: weight}),
        )


def small_batch():
    generator = torch.Generator().manual_seed(0)
    widths = {"sentence": 384, "lexicon": 9, "style": 17}
    inputs = {m: torch.randn(64, d, generator=generator) for m, d in widths.items()}
    return Batch(inputs, {}, torch.randn(64, generator=generator))


@pytest.mark.parametrize(
    ("claim", "weights"),
    [
        ("gate: aux", {"beta": 1e-5}),
        ("log-variance: KL", {"beta": 10.0, "alpha": 3.0}),
        ("log-variance: U", {"beta": 10.0, "lam": 10.0}),
    ],
)
def test_control_weights_that_are_negligible_or_as_strong_as_the_task(claim, weights):
    config = EUARConfig({"sentence": 384, "lexicon": 9, "style": 17}, **weights)
    torch.manual_seed(0)
    trainings = {seed: (SimpleNamespace(model=config.build()), None) for seed in range(3)}
    names = {"sample": small_batch(), "config": EUARConfig(config.in_features), "followed": trainings}
    with pytest.raises(ClaimError, match=f"last epoch, {claim}"):
        run(MAIN, "pushes-seeds", **names)


def test_control_a_last_epoch_as_good_as_the_selected_one():
    kept = {seed: SimpleNamespace(best_epoch=2, metrics={"test": {"mae": 0.37}}) for seed in range(3)}
    final = {0: 0.371, 1: 0.369, 2: 0.37}
    with pytest.raises(ClaimError, match="last epoch minus selected"):
        run(MAIN, "select-table", kept=kept, final=final, run=SimpleNamespace(seeds=(0, 1, 2)))


EFFECTS = {
    "default": 0.0,
    "projections untrained": 0.03,
    "gates untrained": 0.0,
    "experts untrained": 0.0,
    "one expert": 0.015,
    "task loss alone": 0.0,
    "added, not concatenated": 0.0,
    "MLP head": -0.03,
    "MLP head per modality": 0.01,
    "head untrained": 0.007,
    "all experts chosen": 0.0,
}


def errors(**changes):
    return {
        name: [0.37 + effect + 0.001 * (i % 3) for i in range(10)]
        for name, effect in {**EFFECTS, **changes}.items()
    }


def claim_parts(**changes):
    measured = errors(**changes)

    def paired(name):
        return [a - b for a, b in zip(measured[name], measured["default"], strict=True)]

    run(MAIN, "claims-parts", paired=paired)


def test_the_effects_of_the_parts_bear_the_claims_out():
    claim_parts()


@pytest.mark.parametrize(
    ("name", "effect"),
    [
        ("MLP head", 0.0),
        ("MLP head per modality", -0.03),
        ("one expert", 0.0),
        ("projections untrained", 0.0),
        ("head untrained", -0.01),
        ("all experts chosen", 0.03),
        *((name, effect) for name in list(EFFECTS)[2:4] for effect in (0.03, -0.03)),
        *((name, effect) for name in list(EFFECTS)[5:7] for effect in (0.03, -0.03)),
    ],
)
def test_control_a_part_with_another_effect(name, effect):
    with pytest.raises(ClaimError, match=re.escape(f"{name} - default")):
        claim_parts(**{name: effect})


USUAL = [0.38, 0.25, 0.59, 1.2, 1.2, 0.6]  # MAE, busiest, weight kept, variances, size of mu
BROKEN = {
    "default": USUAL,
    "alpha = 0": USUAL,
    "beta = 1": [0.38, 0.16, 0.54, 1.2, 1.2, 0.6],
    "lambda = 3": [0.38, 0.25, 0.45, 0.5, 0.8, 0.6],
    "minus KL, alpha = 1": [0.42, 0.3, 0.6, 6.0, 6.0, 1.5],
    "minus aux, beta = 1": [0.41, 0.7, 0.99, 1.1, 1.2, 0.6],
    "minus U, lambda = 3": [0.42, 0.4, 0.9, 8.0, 2.0, 0.6],
}


def claim_broken(**changes):
    measured = {
        name: [[value * (1 + 0.001 * seed) for value in values] for seed in range(3)]
        for name, values in {**BROKEN, **changes}.items()
    }
    run(DEEPER, "break-claims", broken=measured)


def test_what_the_broken_models_do_bears_the_claims_out():
    claim_broken()


@pytest.mark.parametrize("name", list(BROKEN)[2:])
def test_control_a_change_without_effect(name):
    with pytest.raises(ClaimError, match=name.split(",")[0]):
        claim_broken(**{name: USUAL})


@pytest.mark.parametrize("error", [0.3, 0.5])
def test_control_an_alpha_that_matters(error):
    with pytest.raises(ClaimError, match="alpha = 0"):
        claim_broken(**{"alpha = 0": [error, *USUAL[1:]]})
