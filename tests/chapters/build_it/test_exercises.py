"""Each check knows right from wrong: a part that makes a usual mistake is told which, and where."""

import ast
import functools
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.distributions import Normal
from torch.utils.data import DataLoader, TensorDataset

from euar.chapters.build_it import exercises as check
from euar.chapters.build_it import loop, numpy_slips, slips, spread
from tests.chapters.build_it import program
from tests.chapters.build_it.program import SOURCES, bare

OURS = program.names()
Experts, Gate, losses, Mixture, EUAR, train = (OURS[name] for name in program.PARTS.values())
CHANGES = {
    "another seed": False,
    "f2 set to zero": False,
    "1 added to every logit": False,
    "softmax after the top-k": True,
    "k raised to N": True,
}


KL = "(mean.square() + variance - 1 - log_var)"


def change(part):
    return functools.partial(program.changed, part)


def unwritten(*_):
    raise NotImplementedError


def numpy_part(**pairs):
    """The solution in NumPy, each pair a text of it and what takes its place."""
    space = {"np": np}
    exec(SOURCES["numpy"].split("def predict", maxsplit=1)[0], space)
    text = bare(SOURCES["numpy-solution"])
    for old, new in pairs.values():
        assert old in text, old
        text = text.replace(old, new)
    exec(text, space)
    return space["predict"]


class Distributed(Experts):
    """Draws by torch.distributions, one layer after the other."""

    def forward(self, x):
        mean, log_var, _ = super().forward(x)
        return [mean, log_var, Normal(mean, (log_var / 2).exp()).rsample() if self.training else mean]


class Masked(Gate):
    """Cuts by comparing with the k-th largest."""

    def forward(self, x):
        probs = torch.softmax(self.linear(x), 1)
        return probs, probs * (probs >= probs.sort(dim=1).values[:, [-self.k]])


class ByEinsum(Mixture):
    def forward(self, x):
        (mean, log_var, z), (probs, weights) = self.experts(x), self.gate(x)
        return torch.einsum("bn,bnd->bd", weights, z), losses(mean, log_var, probs, weights)


class Frozen(Experts):
    """Draws whole z, through which no gradient passes."""

    def forward(self, x):
        mean, log_var, z = super().forward(x)
        return mean, log_var, torch.normal(mean, (log_var / 2).exp()) if self.training else z


def loaded(model, inputs, target, epochs, lr):
    """A loop over a DataLoader, with SGD."""
    rows = DataLoader(TensorDataset(torch.arange(len(target))), batch_size=7, shuffle=True)
    optimiser = torch.optim.SGD(model.train().parameters(), lr)
    for _ in range(epochs):
        for (at,) in rows:
            loss = model.loss({m: x[at] for m, x in inputs.items()}, target[at])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return model.eval()


def detached(mean, log_var, probs, weights):
    return losses(mean, log_var, probs, weights.detach())


def as_numbers(*tensors):
    return losses(*tensors).detach()


def hidden_by(answer):
    """A mixture whose h is something else."""
    return change("mixture")("(weights.unsqueeze(-1) * z).sum(dim=1)", answer)


def gate_by(answer):
    """A gate whose weights are something else."""
    return change("gate")("torch.zeros_like(probs).scatter(-1, index, top)", answer)


def kl_by(answer):
    return change("losses")(f"{KL}.mean() / 2", answer)


def aux_by(answer):
    return change("losses")("n * first.mean(dim=0) @ probs.mean(dim=0)", answer)


def u_by(answer):
    return change("losses")("(variance.mean(dim=-1) * weights).mean()", answer)


def total_by(answer):
    return change("model")("task + 1e-3 * kl + 1e-2 * aux + 1e-3 * u", answer)


PASSED = "losses(mean, log_var, probs, weights)"
BACKWARD = "model.loss({m: x[rows] for m, x in inputs.items()}, target[rows]).backward()"
NAMED_F = change("experts")("self.f1", "self.mean")
SLIPS = {
    check.experts: {
        "Begin with the two layers": unwritten,
        "below nn.Module": lambda d, n: len,
        "No parameter `f1.weight`": NAMED_F,
        "f1.weight: found shape (3, 3), expected (15, 3)": change("experts")(
            "nn.Linear(d, n * d), nn.Linear", "nn.Linear(d, d), nn.Linear"
        ),
        "More parameters than the package has: f3": change("experts")(
            "super().__init__()", "super().__init__(); self.f3 = nn.Linear(d, d)"
        ),
        "Return 3 things: mean, log_var, z.": change("experts")("return mean, log_var,", "return mean,"),
        "mean: most at row": change("experts")("self.f1(x).", "self.f1(x).sigmoid()."),
        "return mean first, log_var second": change("experts")(
            "return mean, log_var,", "return log_var, mean,"
        ),
        "f1 gives the mean, f2 the log-variance": change("experts")("mean = self.f1", "mean = self.f2"),
        "A ReLU has taken": change("experts")("self.f1(x).", "self.f1(x).relu()."),
        "D neighbouring outputs": change("experts")(
            "(self.n, -1))  # Eq. 2, (B, N, D)", "(-1, self.n)).transpose(1, 2)"
        ),
        "The axes are rows, experts, features": change("experts")("(self.n, -1)", "(-1, self.n)"),
        "The clamp to [-8, 5] is missing": change("experts")(".clamp(-8, 5)", ""),
        "This is sigma.": change("experts")("return mean, log_var,", "return mean, (log_var / 2).exp(),"),
        "This is the variance.": change("experts")("return mean, log_var,", "return mean, log_var.exp(),"),
        "there is noise in evaluation": change("experts")(" * self.training", ""),
        "z in evaluation: most at row": change("experts")("mean + eps", "2 * mean + eps"),
        "z has no noise in training": change("experts")(" * self.training", " * 0"),
        "eps is multiplied by the variance": change("experts")("(log_var / 2).exp()", "log_var.exp()"),
        "eps is multiplied by the log-variance": change("experts")("* (log_var / 2).exp()", "* log_var"),
        "rand draws evenly": change("experts")("randn_like", "rand_like"),
        "eps is added without sigma": change("experts")("eps * (log_var / 2).exp()", "eps"),
        "One eps serves the whole batch": change("experts")("torch.randn_like(mean)", "torch.randn(())"),
        "move together": change("experts")("torch.randn_like(mean)", "torch.randn(len(mean), 1, 1)"),
        "its middle is not the mean": change("experts")(
            "randn_like(mean)", "randn_like(mean).abs().mul(1.66)"
        ),
        "no gradient reaches f2": Frozen,
    },
    check.gate: {
        "Begin with the layer that scores": unwritten,
        "No parameter `linear.weight`": change("gate")("self.linear", "self.score"),
        "Return 2 things: probs, weights.": change("gate")("return probs, ", "return "),
        "The softmax runs over the batch": change("gate")("softmax(dim=-1)", "softmax(dim=0)"),
        "the softmax is missing": change("gate")(".softmax(dim=-1)", ""),
        "The softmax comes after the top-k": change("gate")(
            "probs = self.linear(x).softmax(dim=-1)",
            "s = self.linear(x); probs = s.masked_fill(s < s.topk(self.k).values[:, -1:], -1e9).softmax(-1)",
        ),
        "return the uncut softmax first": change("gate")(
            "return probs,", "return probs * (probs >= top[:, -1:]),"
        ),
        "Each row sums to one": gate_by(
            "torch.zeros_like(probs).scatter(-1, index, top / top.sum(-1, True))"
        ),
        "Nothing is cut": gate_by("probs"),
        "Ones where an expert is chosen": gate_by("torch.zeros_like(probs).scatter(-1, index, 1)"),
        "The k best rows of each expert": gate_by("probs * (probs >= probs.topk(self.k, dim=0).values[-1])"),
        "The smallest are kept": change("gate")(
            "topk(self.k, dim=-1)", "topk(self.k, dim=-1, largest=False)"
        ),
        "Put the k values back": gate_by("top"),
        "weights: most at row": gate_by("probs / 2"),
    },
    check.losses: {
        "Begin with kl": unwritten,
        "Found shape (2,), expected shape (3,)": change("losses")("[kl, aux, u]", "[kl, aux]"),
        "The sign is turned": kl_by(f"-{KL}.mean() / 2"),
        "The factor 1/2 is missing": kl_by(f"{KL}.mean()"),
        "takes the mean, so that alpha": kl_by(f"{KL}.sum(-1).mean() / 2"),
        "This is the sum over the experts": kl_by(f"{KL}.mean(-1).sum(1).mean() / 2"),
        "Eq. 4 has sigma^2": kl_by("(mean.square() + variance.sqrt() - 1 - log_var).mean() / 2"),
        "The mean's square is missing": kl_by("(variance - 1 - log_var).mean() / 2"),
        "The factor N is missing": aux_by("first.mean(dim=0) @ probs.mean(dim=0)"),
        "You divide by N": aux_by("first.mean(dim=0) @ probs.mean(dim=0) / n"),
        "Both factors are mean probabilities": aux_by("n * probs.mean(dim=0) @ probs.mean(dim=0)"),
        "Both factors are counts": aux_by("n * first.mean(dim=0) @ first.mean(dim=0)"),
        "Average each factor over the rows": aux_by("n * (first * probs).mean(dim=0).sum()"),
        "u: yours": u_by("variance.mean() + weights.mean()"),
        "Eq. 10 has sigma^2 = exp(log_var).": u_by("(variance.sqrt().mean(dim=-1) * weights).mean()"),
        "This weighs the log-variance": u_by("(log_var.mean(dim=-1) * weights).mean()"),
        "This is the sum over D. Our default takes the mean.": u_by(
            "(variance.sum(dim=-1) * weights).mean()"
        ),
        "The 1/N of Eq. 10": u_by("(variance.mean(dim=-1) * weights).sum(dim=-1).mean()"),
        "The gate's weights are missing": u_by("variance.mean()"),
        "This weighs by probs": u_by("(variance.mean(dim=-1) * probs).mean()"),
        "the gradient at weights is not": detached,
        "no gradient. Keep tensors": as_numbers,
    },
    check.mixture: {
        "Begin with your own parts": unwritten,
        "No parameter `experts.f1.weight`": change("mixture")("self.experts", "self.pool"),
        "Return 2 things: hidden, losses.": change("mixture")("return hidden, losses", "return losses"),
        "hidden: most at row": hidden_by("z.mean(dim=1)"),
        "a sum over the experts, not their mean": hidden_by("(weights.unsqueeze(-1) * z).mean(dim=1)"),
        "The weights are missing": hidden_by("z.sum(dim=1)"),
        "You weigh by probs": hidden_by("(probs.unsqueeze(-1) * z).sum(dim=1)"),
        "You divide by the sum": hidden_by("(weights.unsqueeze(-1) * z).sum(dim=1) / weights.sum(-1, True)"),
        "The sum runs over the features": hidden_by("(weights.unsqueeze(-1) * z).sum(dim=2)"),
        "Weigh z, not mean": hidden_by("(weights.unsqueeze(-1) * mean).sum(dim=1)"),
        "reads weights where it should read probs": change("mixture")(
            PASSED, "losses(mean, log_var, weights, weights)"
        ),
        "reads probs where it should read weights": change("mixture")(
            PASSED, "losses(mean, log_var, probs, probs)"
        ),
        "Found shape (), expected shape (3,)": change("mixture")(PASSED, f"{PASSED}.sum()"),
    },
    check.model: {
        "Begin with a projection": unwritten,
        "No parameter `project.one.0.weight`": change("model")(
            "nn.Sequential(nn.Linear(width, d), nn.LayerNorm(d))", "nn.Linear(width, d)"
        ),
        "Squeeze the last axis": change("model")(".squeeze(-1)", ""),
        "joined in another order": change("model")("torch.cat(hidden,", "torch.cat(hidden[::-1],"),
        "prediction: most at row": change("model")("hidden, dim=-1)", "hidden, dim=-1).relu()"),
        "you average": change("model")("torch.stack(terms).sum(dim=0)", "torch.stack(terms).mean(dim=0)"),
        "the last view's alone": change("model")("torch.stack(terms).sum(dim=0)", "terms[-1]"),
        "Found shape (2, 3), expected shape (3,)": change("model")(
            "torch.stack(terms).sum(dim=0)", "torch.stack(terms)"
        ),
        "The method `loss` is missing": change("model")("def loss", "def objective"),
        "this is the absolute one": change("model")(
            "mse_loss(prediction, target)", "(prediction - target).abs().mean()"
        ),
        "the task's loss alone": total_by("task"),
        "the three other losses alone": total_by("1e-3 * kl + 1e-2 * aux + 1e-3 * u"),
        "alpha, beta and lambda are missing": total_by("task + kl + aux + u"),
        "have changed places": total_by("task + 1e-2 * kl + 1e-3 * aux + 1e-3 * u"),
        "That beta is the paper's": total_by("task + 1e-3 * kl + 1e-5 * aux + 1e-3 * u"),
        "loss: yours": total_by("2 * task + 1e-3 * kl + 1e-2 * aux + 1e-3 * u"),
    },
    check.training: {
        "return the model": unwritten,
        "never asks for model.loss": lambda model, *_: model,
        "not those of the inputs": change("training")("target[rows]", "target[: len(rows)]"),
        "backward() is never called": change("training")(".backward()", ""),
        "optimiser.step() is missing": change("training")("optimiser.step()", "pass"),
        "zero_grad() is missing": change("training")("optimiser.zero_grad()", "pass"),
        "The loss rises": change("training")(
            BACKWARD, BACKWARD.replace("model.loss", "(-1 * model.loss").replace(".backward", ").backward")
        ),
        "All rows go into one batch": change("training")(".split(16)", ".split(999)"),
        "each row should come 2 times; row 0 comes 1 times": change("training")(
            "torch.randperm(len(target)).split(16)", "torch.arange(_, len(target)).split(16)"
        ),
        "the same order": change("training")("torch.randperm", "torch.arange"),
        "Call model.train() first": change("training")("model.train()", "pass"),
        "Return the model in evaluation": change("training")("return model.eval()", "return model"),
    },
    check.forward_pass: {
        "Begin with the projection": unwritten,
        "Your function raised KeyError": numpy_part(name=("project.{m}.0", "projection.{m}.0")),
        "This is a tensor": lambda w, inputs, k: torch.zeros(6),
        "NaN: take each row's largest logit away": numpy_part(
            most=(" - logits.max(axis=1, keepdims=True)", "")
        ),
        "No expert is cut": numpy_part(cut=("np.partition(probs, -k)[:, [-k]]", "0")),
        "The weights of a row sum to one": numpy_part(
            weights=("kept[..., None]", "(kept / kept.sum(axis=1, keepdims=True))[..., None]")
        ),
        "The softmax runs over the batch": numpy_part(
            most=("max(axis=1", "max(axis=0"), total=("probs.sum(axis=1", "probs.sum(axis=0")
        ),
        "The LayerNorm after the projection": numpy_part(
            norm=("(x - x.mean(1, keepdims=True)) / np.sqrt(x.var(1, keepdims=True) + 1e-5)", "x"),
            scale=('x * w[f"project.{m}.1.weight"] + w[f"project.{m}.1.bias"]', "x"),
        ),
        "not by D - 1": numpy_part(var=("x.var(1, keepdims=True)", "x.var(1, keepdims=True, ddof=1)")),
        "f1 gives the means": numpy_part(layer=("experts.f1", "experts.f2")),
        "The head's bias is missing": numpy_part(head=("[:, 0]", '[:, 0] - w["head.bias"]')),
        "prediction: most at row": numpy_part(eps=("+ 1e-5", "+ 1e-4")),
    },
    check.what_changes: {
        "another seed: Put your answer": dict.fromkeys(CHANGES, ...),
        **{f"{name}: Not so.": CHANGES | {name: not right} for name, right in CHANGES.items()},
    },
}
RIGHT = {
    check.experts: [Experts, Distributed],
    check.gate: [Gate, Masked],
    check.losses: [losses],
    check.mixture: [Mixture, ByEinsum],
    check.model: [EUAR],
    check.training: [train, loaded],
    check.forward_pass: [numpy_part()],
    check.what_changes: [CHANGES],
}
WRONG = {exercise: list(slips.values()) for exercise, slips in SLIPS.items()}


@pytest.mark.parametrize(
    ("exercise", "words"), [(exercise, words) for exercise, slips in SLIPS.items() for words in slips]
)
def test_a_slip_is_named(exercise, words):
    assert words in exercise(SLIPS[exercise][words]).message


def sentences(module):
    """What a module can say: its whole sentences that are no docstrings."""
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in docstrings)
    return [text.value for text in texts if isinstance(text.value, str) and text.value.endswith(".")]


@pytest.mark.parametrize("module", [check, loop, numpy_slips, slips, spread], ids=lambda m: m.__name__[20:])
def test_every_hint_is_given_to_an_answer_of_these_tests(module):
    answers = [
        (exercise, answer) for kind in (RIGHT, WRONG) for exercise in kind for answer in kind[exercise]
    ]
    said = "\n".join(exercise(answer).message for exercise, answer in answers)
    assert [text for text in sentences(module) if text not in said] == []
