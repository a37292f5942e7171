"""What double rows across splits are worth on MVSA-Single: the same models, tested with and without them."""

from dataclasses import dataclass

import numpy as np

from euar.data import MultimodalDataset
from euar.experiments.linear import baselines
from euar.experiments.measurement import Observation
from euar.experiments.row import Row


@dataclass(frozen=True, kw_only=True)
class Twins(Row):
    """A row whose other test splits are the one without the doubles, and the doubles alone.

    Attributes:
        data: a name or path for `euar.data.load`; its `meta["in_another_split"]` marks the doubles.
    """

    data: str = "mvsa"

    def observe(self, dataset: MultimodalDataset) -> Observation:
        """Train, and add how many `doubles` the test split has, and `baselines_without` them."""
        found = super().observe(dataset)
        without = dataset.subset(mask=~_doubles(dataset))
        more = {"doubles": int(_doubles(dataset).sum()), "baselines_without": baselines(without)}
        return found._replace(fields=found.fields | more)

    def tests(self, dataset: MultimodalDataset) -> dict[str, MultimodalDataset]:
        """Return the set without the doubles, and with them alone."""
        doubles = _doubles(dataset)
        alone = (dataset.split != "test") | doubles
        return {"without doubles": dataset.subset(mask=~doubles), "doubles": dataset.subset(mask=alone)}


def _doubles(dataset: MultimodalDataset) -> np.ndarray:
    """Which test rows have a double in another split: (n,) bool."""
    return dataset.meta["in_another_split"] & (dataset.split == "test")
