"""Which parts of the model the score depends on: one at a time left untrained, left out or replaced."""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from euar.chapters.whole_model.altered import PARTS, HeadPerModality, Untrained
from euar.data import MultimodalDataset, load
from euar.experiments import grid
from euar.experiments.linear import baselines
from euar.experiments.origin import origin, record, settings
from euar.experiments.store import load_results
from euar.model import EUARConfig
from euar.training import Recipe, fit

Config = EUARConfig | HeadPerModality | Untrained

#: {what is changed: the configuration for some widths}, the default preset first.
SETTINGS: Mapping[str, Callable[[dict[str, int]], Config]] = {
    "default": EUARConfig,
    **{f"{part} untrained": lambda widths, part=part: Untrained(EUARConfig(widths), part) for part in PARTS},
    "one expert": lambda widths: EUARConfig(widths, num_experts=1, k=1),
    "all experts chosen": lambda widths: EUARConfig(widths, k=8),
    "task loss alone": lambda widths: EUARConfig(widths, alpha=0, beta=0, lam=0),
    "added, not concatenated": lambda widths: EUARConfig(widths, fusion="add"),
    "MLP head": lambda widths: EUARConfig(widths, head="mlp"),
    "MLP head, one expert": lambda widths: EUARConfig(widths, head="mlp", num_experts=1, k=1),
    "MLP head, task loss alone": lambda widths: EUARConfig(widths, head="mlp", alpha=0, beta=0, lam=0),
    "MLP head per modality": lambda widths: HeadPerModality(EUARConfig(widths, head="mlp")),
}


@dataclass(frozen=True, kw_only=True)
class Change:
    """One change of the model, as data.

    Attributes:
        setting: a name of `SETTINGS`.
        seeds: one training each.
        data: a name or path for `euar.data.load`.
        recipe: how to train.
    """

    setting: str
    seeds: tuple[int, ...] = tuple(range(10))
    data: str = "embedded"
    recipe: Recipe = field(default_factory=Recipe)

    def key(self) -> str:
        """Return the key of the result, without training."""
        return self._origin(load(self.data))["key"]

    def measure(self, experiment: str) -> dict[str, Any]:
        """Train, and return the result, as `result.schema.json` describes it; `preset` is the setting."""
        start = time.time()
        dataset = load(self.data)
        config, recipe = SETTINGS[self.setting](dataset.in_features), asdict(self.recipe)
        runs = fit(config, dataset, seeds=self.seeds, device="cpu", progress=False, **recipe)
        return record(
            experiment,
            self._origin(dataset),
            start,
            runs=[run.record() for run in runs],
            baselines=baselines(dataset),
        )

    def _origin(self, dataset: MultimodalDataset) -> dict[str, Any]:
        asked = settings(self.setting, SETTINGS[self.setting](dataset.in_features), self.recipe, self.seeds)
        return origin(asked, dataset, None)


def requests() -> list[Change]:
    """Return every setting, ten seeds each, with the recipe that the grid chose for the default preset."""
    chosen = Recipe(**grid.recipe("embedded"))
    return [Change(setting=name, recipe=chosen) for name in SETTINGS]


def newest(root: Path | None = None) -> dict[str, dict[str, Any]]:
    """Return {setting: newest result}, in the order of `SETTINGS`.

    Args:
        root: the folder of all results, see `store`.
    """
    found = {r["config"]["preset"]: r for r in reversed(load_results("whole-model", root))}
    return {name: found[name] for name in SETTINGS if name in found}
