"""What training learned of its data besides the weights: all that new rows need on their way to a table."""

import math
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from euar.data.dataset import STANDARDIZED, MultimodalDataset
from euar.data.errors import DataError
from euar.data.scaling import Scale
from euar.training.targets import TargetScale, class_names, target_scale


@dataclass(frozen=True, eq=False)
class Preprocessing:
    """The way from raw rows to a model's inputs, and from its answers to the user's units.

    Attributes:
        columns: {modality: mean and SD of its columns over the training rows}, in the model's order.
        target: the step between ratings in the user's units and those that the model learned.
        classes: the names of the classes, in the order of the logits; empty for ratings.
        extractors: {modality: the extractor of its features}, as far as they are known.

    Example:
        >>> from euar.data import simulate
        >>> learned = Preprocessing.of(simulate(n=(32, 16, 16)))
        >>> learned.modalities, learned.means["text"].shape
        (('text', 'audio', 'vision'), (32,))
    """

    columns: dict[str, Scale]
    target: TargetScale
    classes: tuple[str, ...]
    extractors: dict[str, str]

    @classmethod
    def of(cls, dataset: MultimodalDataset) -> Self:
        """Return what the training rows of a raw set say.

        Raises:
            DataError: the set is standardised, or a modality is available in no training row.
        """
        extractors = dict(dataset.meta.get("features", {}))
        return cls(dataset.scales(), target_scale(dataset), class_names(dataset), extractors)

    @property
    def modalities(self) -> tuple[str, ...]:
        """The modalities, in the order of the model."""
        return tuple(self.columns)

    @property
    def means(self) -> dict[str, NDArray[np.float64]]:
        """{modality: (d,) mean of each column}."""
        return {name: scale.mean for name, scale in self.columns.items()}

    @property
    def scales(self) -> dict[str, NDArray[np.float64]]:
        """{modality: (d,) SD of each column}; infinity where a column was constant."""
        return {name: scale.sd for name, scale in self.columns.items()}

    def scaled(self, rows: MultimodalDataset) -> MultimodalDataset:
        """Return new rows as the model takes them: its modalities, in its order, by the scales of training.

        Raw rows are always scaled. A set that is standardised already is taken as it is only if these very
        scales were used. A warning names a modality that only one side knows.

        Raises:
            DataError: the rows have no modality of the model, another width, features of another extractor,
                or are standardised by other scales.
        """
        names = self._shared(rows)
        for name in names:
            self._check(rows, name)
        rows = rows.without_sequences().with_modalities(names)
        by = rows.meta.get(STANDARDIZED)
        if by is None:
            return rows.scaled(self.columns)
        if any(by.get(name) != self.columns[name].sha256 for name in names):
            found, remedy = "rows standardised by other scales", "pass the rows in raw units"
            raise DataError(rows.name, "modalities", "raw rows, or these scales", found, remedy)
        return rows

    def to_dict(self) -> dict[str, Any]:
        """Return all as plain values, ready for JSON; an infinite SD, which JSON lacks, is None."""
        return {
            "columns": {
                name: {"mean": mean.tolist(), "sd": [None if math.isinf(x) else x for x in sd.tolist()]}
                for name, (mean, sd) in self.columns.items()
            },
            "target": self.target._asdict(),
            "classes": list(self.classes),
            "extractors": self.extractors,
        }

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> Self:
        """Return what `to_dict` was made of; odd fields raise a LookupError, TypeError or ValueError."""
        columns = {
            name: Scale(_floats(scale["mean"]), _floats([math.inf if x is None else x for x in scale["sd"]]))
            for name, scale in fields["columns"].items()
        }
        return cls(
            columns, TargetScale(**fields["target"]), tuple(fields["classes"]), dict(fields["extractors"])
        )

    def _shared(self, rows: MultimodalDataset) -> list[str]:
        """Return the model's modalities that the rows have."""
        shared = [name for name in self.columns if name in rows.modalities]
        others = [name for name in rows.modalities if name not in self.columns]
        if not shared:
            found = ", ".join(others) or "none"
            remedy = "name each file or array after its modality"
            raise DataError(rows.name, "modalities", f"some of {', '.join(self.columns)}", found, remedy)
        if missing := [name for name in self.columns if name not in shared]:
            warnings.warn(f"{rows.name}: no {', '.join(missing)}: predicted without", stacklevel=4)
        if others:
            warnings.warn(f"{rows.name}: {', '.join(others)} left out: not in training", stacklevel=4)
        return shared

    def _check(self, rows: MultimodalDataset, name: str) -> None:
        width, found = len(self.columns[name].mean), rows.in_features[name]
        if found != width:
            expected, remedy = f"{width} features, as in training", "make them as for training"
            raise DataError(rows.name, f"modalities/{name}", expected, str(found), remedy)
        ours, theirs = self.extractors.get(name), rows.meta.get("features", {}).get(name)
        if ours and theirs and ours != theirs:
            expected, remedy = f"features of {ours}, as in training", "extract them with `euar features`"
            raise DataError(rows.name, f"modalities/{name}", expected, f"features of {theirs}", remedy)


def _floats(values: list[float]) -> NDArray[np.float64]:
    return np.array(values, dtype=np.float64)
