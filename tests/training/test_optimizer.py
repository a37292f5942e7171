import pytest
import torch
from torch import nn

from euar.training import Recipe, fit
from euar.training.optimizer import adamw, set_rates
from tests.training.tiny import Tiny, TinyConfig, dataset


class Tuned(nn.Module):
    """A model with a slow part, a fast one and a frozen one."""

    def __init__(self, groups):
        super().__init__()
        self.slow, self.fast, self.frozen = nn.Linear(2, 2), nn.Linear(2, 1), nn.Linear(2, 2)
        self.frozen.requires_grad_(False)
        self.groups = groups

    def parameter_groups(self, lr):
        return self.groups(self, lr)


def two(model, lr):
    return [
        {"params": model.slow.parameters(), "lr": lr / 10, "weight_decay": 0.5},
        {"params": model.fast.parameters()},
    ]


def test_groups_have_rates_and_decay_of_their_own_and_follow_one_schedule():
    optimizer = adamw(Tuned(two), Recipe(lr=0.2, weight_decay=0.1))
    assert [group["weight_decay"] for group in optimizer.param_groups] == [0.5, 0.1]
    for scale in (1.0, 0.25, 0.5):
        set_rates(optimizer, scale)
        assert [g["lr"] for g in optimizer.param_groups] == pytest.approx([0.02 * scale, 0.2 * scale])


def test_rates_are_kept_in_a_state():
    first, again = adamw(Tuned(two), Recipe(lr=0.2)), adamw(Tuned(two), Recipe(lr=0.2))
    set_rates(first, 0.0)
    again.load_state_dict(first.state_dict())
    set_rates(again, 1.0)
    assert [group["lr"] for group in again.param_groups] == pytest.approx([0.02, 0.2])


def test_the_first_step_moves_each_group_by_its_rate():
    """AdamW's first step moves every weight by its rate against the sign of its gradient."""
    model = Tuned(two)
    optimizer = adamw(model, Recipe(lr=0.2, weight_decay=0.0))
    before = [p.detach().clone() for p in model.parameters()]
    model.fast(model.slow(torch.ones(1, 2))).sum().backward()
    optimizer.param_groups[0]["weight_decay"] = 0.0
    optimizer.step()
    moved = [(p.detach() - q).abs().max().item() for p, q in zip(model.parameters(), before, strict=True)]
    assert moved == pytest.approx([0.02, 0.02, 0.2, 0.2, 0, 0], rel=1e-3)


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        (
            lambda model, lr: [{"params": model.fast.parameters()}],
            "expected every parameter in a group, found none for slow.weight and 1 others",
        ),
        (
            lambda model, lr: [*two(model, lr), {"params": [model.fast.bias]}],
            "expected each parameter once, found fast.bias several times",
        ),
        (
            lambda model, lr: [{"params": model.parameters(), "lr": -1.0}],
            r"expected a finite lr of at least 0 in group 0, found -1.0",
        ),
        (
            lambda model, lr: [{"params": model.parameters(), "lr": None}],
            r"expected a finite lr of at least 0 in group 0, found None",
        ),
    ],
)
def test_groups_that_train_something_else_are_refused(groups, message):
    with pytest.raises(ValueError, match=f"parameter_groups: {message}"):
        adamw(Tuned(groups), Recipe())


def test_fit_trains_a_group_of_rate_0_not_at_all(monkeypatch):
    def groups(self, lr):
        still = {"params": self.layers["a"].parameters(), "lr": 0.0}
        return [still, {"params": self.layers["b"].parameters(), "lr": lr}]

    usual = {"epochs": 2, "lr": 0.05, "device": "cpu", "select": "last"}
    start = fit(TinyConfig(), dataset(), **usual | {"lr": 1e-12})[0].model.state_dict()
    monkeypatch.setattr(Tiny, "parameter_groups", groups, raising=False)
    run = fit(TinyConfig(), dataset(), **usual)[0]
    for name, weight in run.model.state_dict().items():
        still = name.startswith("layers.a")
        assert torch.allclose(weight, start[name], atol=1e-6) == still
    assert run.history[0]["lr"] == 0.05
