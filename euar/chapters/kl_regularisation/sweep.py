"""What the sweep over weights of the KL term found: its settings by title, a value for each seed.

Letters: S seeds, E epochs, D features.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from euar.chapters.kl_regularisation.measure import Sweep, per_coordinate

VIEWS = ("sentence", "lexicon", "style")


@dataclass(frozen=True)
class Setting:
    """One setting, and its result.

    Attributes:
        asked: the setting as it was measured.
        result: the record of that measurement.
    """

    asked: Sweep
    result: Mapping[str, Any]

    @property
    def title(self) -> str:
        """The weight, the reduction if a term has any, and whether the U-loss acts."""
        asked = self.asked
        over = f", {asked.reduce}" if asked.alpha or asked.lam else ""
        return f"alpha = {asked.alpha:g}{over}" + (", with U" if asked.lam else "")

    @property
    def weight(self) -> float:
        """The weight a of one coordinate of one expert."""
        model = self.result["config"]["model"]
        return per_coordinate(self.asked.alpha, self.asked.reduce, model["num_experts"], model["dim"])

    @property
    def runs(self) -> list[dict[str, Any]]:
        """The records of the seeds."""
        runs: list[dict[str, Any]] = self.result["runs"]
        return runs

    def state(self, moment: str, quantity: str, views: Sequence[str] = VIEWS) -> Tensor:
        """Return a quantity of `measure.look`, a mean over views, (S,).

        Args:
            moment: `start`, before training, or the `selected` or the `last` epoch.
            quantity: such as `variance` or `noise`.
            views: modalities to average over.
        """
        states = [run["states"][moment] for run in self.runs]
        return torch.tensor([[state[view][quantity] for view in views] for state in states]).mean(dim=1)

    def change(self, quantity: str, views: Sequence[str] = VIEWS) -> Tensor:
        """Return a quantity of the last epoch, divided by that before training, (S,)."""
        return self.state("last", quantity, views) / self.state("start", quantity, views)

    def read(self, moment: str, view: str) -> Tensor:
        """Return the number of coordinates of a view that the head reads, (sum |w|)^2 / sum w^2, (S,)."""
        head, squares = (self.state(moment, name, [view]) for name in ("head", "weights"))
        dim: int = self.result["config"]["model"]["dim"]
        return (dim * head) ** 2 / squares

    def curve(self, quantity: str) -> Tensor:
        """Return a quantity before training and after each epoch, a mean over views, (S, E + 1)."""
        return torch.tensor([run["curves"][quantity] for run in self.runs])

    def test_error(self, moment: str) -> Tensor:
        """Return the MAE on the test split at the `selected` or the `last` epoch, in label units, (S,)."""
        scored = [run if moment == "selected" else run["last"] for run in self.runs]
        return torch.tensor([one["test"]["mae"] for one in scored])


def by_title(pairs: Iterable[tuple[Sweep, Mapping[str, Any]]]) -> dict[str, Setting]:
    """Return {title: setting} in order of the weight a; those with the U-loss come last."""
    settings = [Setting(asked, result) for asked, result in pairs]
    settings.sort(key=lambda setting: (setting.asked.lam, setting.weight))
    return {setting.title: setting for setting in settings}


def against(
    settings: Iterable[Setting], quantity: Callable[[Setting, str], Tensor]
) -> dict[tuple[str, str], tuple[Tensor, Tensor]]:
    """Return {(reduction, moment): (a, values)}, for `pictures.against_weight`, a point for each seed.

    Args:
        settings: in both reductions.
        quantity: of a setting at a moment, (S,).
    """
    groups: dict[tuple[str, str], list[tuple[Tensor, Tensor]]] = {}
    for setting in settings:
        for moment in ("selected", "last"):
            values = quantity(setting, moment)
            point = torch.full_like(values, setting.weight), values
            groups.setdefault((setting.asked.reduce, moment), []).append(point)
    return {
        key: (torch.cat([a for a, _ in points]), torch.cat([v for _, v in points]))
        for key, points in groups.items()
    }


def spread(values: Tensor) -> str:
    """Return mean and standard deviation of values over seeds, such as 0.80 ± 0.03."""
    return f"{values.mean():.2f} ± {values.std():.2f}"
