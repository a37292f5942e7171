"""What double rows across splits are worth on MVSA-Single: the same models, tested with and without them."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from euar.data import MultimodalDataset
from euar.experiments.comparison import Row
from euar.experiments.linear import baselines


@dataclass(frozen=True, kw_only=True)
class Twins(Row):
    """A row whose other test splits are the one without the doubles, and the doubles alone.

    Attributes:
        data: a name or path for `euar.data.load`; its `meta["in_another_split"]` marks the doubles.
    """

    data: str = "mvsa"

    def measure(self, experiment: str) -> dict[str, Any]:
        """Train, and return the result.

        It adds to that of a `Row` how many `doubles` the test split has, and `baselines_without` them.
        """
        dataset = self._dataset()
        without = dataset.subset(mask=~_doubles(dataset))
        return {
            **super().measure(experiment),
            "doubles": int(_doubles(dataset).sum()),
            "baselines_without": baselines(without),
        }

    def _tests(self, dataset: MultimodalDataset) -> dict[str, MultimodalDataset]:
        doubles = _doubles(dataset)
        alone = (dataset.split != "test") | doubles
        return {"without doubles": dataset.subset(mask=~doubles), "doubles": dataset.subset(mask=alone)}


def requests() -> list[Twins]:
    """Return the default, and the same network with plain experts."""
    return [Twins(system=system) for system in ("default", "mlp-experts")]


def _doubles(dataset: MultimodalDataset) -> np.ndarray:
    """Which test rows have a double in another split: (n,) bool."""
    return dataset.meta["in_another_split"] & (dataset.split == "test")
