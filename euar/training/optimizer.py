"""AdamW over a model's parameters, in groups where the model has some."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from torch import nn
from torch.optim import AdamW, Optimizer

from euar._checks import is_number, shown
from euar.training.recipe import Recipe


def adamw(model: nn.Module, recipe: Recipe) -> AdamW:
    """Return the optimiser of a training.

    A model that learns at several rates has a method `parameter_groups(lr)`. It takes the recipe's rate and
    returns the groups as `torch.optim` takes them: dicts of `"params"`, `"lr"` and other arguments of AdamW.

    Args:
        model: whose parameters; those that need no gradient may be left out.
        recipe: its rate and decay hold for groups that have none of their own.

    Raises:
        ValueError: a group's rate is no number of at least 0, or a parameter is in no group or in several.

    Example:
        >>> class Tuned(nn.Sequential):
        ...     def parameter_groups(self, lr):
        ...         return [{"params": self[0].parameters(), "lr": lr / 20}, {"params": self[1].parameters()}]
        >>> [group["lr"] for group in adamw(Tuned(nn.Linear(3, 2), nn.Linear(2, 1)), Recipe()).param_groups]
        [5e-05, 0.001]
    """
    groups: list[dict[str, Any]] = [{"params": list(model.parameters())}]
    if (own := getattr(model, "parameter_groups", None)) is not None:
        groups = [{**group, "params": list(group["params"])} for group in own(recipe.lr)]
        _check(model, groups)
    optimizer = AdamW(groups, recipe.lr, weight_decay=recipe.weight_decay, fused=True)
    for group in optimizer.param_groups:
        group["initial_lr"] = group["lr"]  # what torch's schedulers call the rate that they scale
    return optimizer


def set_rates(optimizer: Optimizer, scale: float) -> None:
    """Set each group's learning rate to a share of its own, in [0, 1]."""
    for group in optimizer.param_groups:
        group["lr"] = group["initial_lr"] * scale


def _check(model: nn.Module, groups: Sequence[dict[str, Any]]) -> None:
    """Refuse what torch would take in silence: parameters that nothing trains."""
    for place, group in enumerate(groups):
        rate = group.get("lr", 0.0)
        if not (is_number(rate) and rate >= 0):
            raise ValueError(
                f"parameter_groups: expected a finite lr of at least 0 in group {place}, found {shown(rate)}"
            )
    found = Counter(id(parameter) for group in groups for parameter in group["params"])
    left = [name for name, p in model.named_parameters() if p.requires_grad and not found[id(p)]]
    if left:
        raise ValueError(
            f"parameter_groups: expected every parameter in a group, found none for {_few(left)}"
        )
    twice = [name for name, p in model.named_parameters() if found[id(p)] > 1]
    if twice:
        raise ValueError(f"parameter_groups: expected each parameter once, found {_few(twice)} several times")


def _few(names: Iterable[str]) -> str:
    first, *others = names
    return f"{first} and {len(others)} others" if others else first
