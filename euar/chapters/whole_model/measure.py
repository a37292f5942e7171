"""Which parts of the model the score depends on: one at a time left untrained, left out or replaced."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from euar.chapters.quick_start.measure import recipe
from euar.chapters.whole_model.altered import PARTS, HeadPerModality, Untrained
from euar.data import MultimodalDataset
from euar.experiments.measurement import Fitted
from euar.model import EUARConfig
from euar.training import Recipe

Config = EUARConfig | HeadPerModality | Untrained


def _untrained(part: str, widths: dict[str, int]) -> Untrained:
    return Untrained(EUARConfig(widths), part)


#: {what is changed: the configuration for some widths}, the default preset first.
SETTINGS: Mapping[str, Callable[[dict[str, int]], Config]] = {
    "default": EUARConfig,
    **{f"{part} untrained": partial(_untrained, part) for part in PARTS},
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
class Change(Fitted):
    """One change of the model, as data.

    Attributes:
        setting: a name of `SETTINGS`.
    """

    setting: str
    data: str = "embedded"
    seeds: tuple[int, ...] = tuple(range(10))

    @property
    def name(self) -> str:
        """The setting."""
        return self.setting

    def config(self, dataset: MultimodalDataset) -> Config:
        """Return the changed configuration for a data set."""
        return SETTINGS[self.setting](dataset.in_features)


def measurements() -> list[Change]:
    """Return every setting, ten seeds each, with the recipe that the grid chose for the default preset."""
    chosen = Recipe(**recipe("embedded"))
    return [Change(setting=name, recipe=chosen) for name in SETTINGS]
