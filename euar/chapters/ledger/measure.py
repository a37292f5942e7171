"""The paper's Figure 4 on CMU-MOSI: 2 to 32 experts, weighted as in the paper and with weights that sum to 1.

The kept weights of Eq. 5 sum to less the more experts share the softmax. So the paper's figure changes the
number of experts and the scale of h at once; the second half holds the scale.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from euar.chapters.paper_against_code.measure import Difference
from euar.data import MultimodalDataset
from euar.model import EUARConfig
from euar.training import Recipe

NUMBERS = (2, 4, 8, 16, 32)
_RECIPE = Recipe(epochs=30, batch_size=32)
_SUMS_TO_ONE = {"renormalize": "topk"}
#: {name of a setting: the fields of `EUARConfig` that it changes in the paper's model}.
SETTINGS: Mapping[str, Mapping[str, Any]] = {
    **{f"N = {n}": {"num_experts": n} for n in NUMBERS},
    **{f"N = {n}, sum 1": {"num_experts": n, **_SUMS_TO_ONE} for n in NUMBERS},
}


@dataclass(frozen=True, kw_only=True)
class ExpertNumber(Difference):
    """A number of experts, as data; `setting` is a name of `SETTINGS`."""

    data: str = "mosi"
    variant: str | None = "official"
    recipe: Recipe = _RECIPE

    def config(self, dataset: MultimodalDataset) -> EUARConfig:
        """Return the paper's model with this number of experts."""
        return EUARConfig.paper(dataset.in_features, **SETTINGS[self.setting])


def measurements() -> list[ExpertNumber]:
    """Return every number of experts with both ways to weight them."""
    return [ExpertNumber(setting=setting) for setting in SETTINGS]
