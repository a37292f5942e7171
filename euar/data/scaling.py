"""Mean and SD of the columns of features, and what they make of rows."""

from typing import NamedTuple

import numpy as np

from euar.data import storage
from euar.data.precision import constant


class Scale(NamedTuple):
    """Mean and standard deviation of each of d columns.

    Attributes:
        mean: (d,) float64.
        sd: (d,) float64; infinity for a constant column, which tells nothing: x / inf = 0.
    """

    mean: np.ndarray
    sd: np.ndarray

    @classmethod
    def of(cls, rows: np.ndarray) -> "Scale":
        """Return the scale of some rows (n, d), at least one."""
        sd = rows.std(axis=0, dtype=np.float64)
        sd[constant(rows)] = np.inf
        return cls(rows.mean(axis=0, dtype=np.float64), sd)

    def apply(self, values: np.ndarray, keep: np.ndarray) -> np.ndarray:
        """Return (n, ..., d) float32 with mean 0 and SD 1; 0, the mean, where `keep` (n, ...) is False."""
        return ((np.where(keep[..., None], values, self.mean) - self.mean) / self.sd).astype(np.float32)

    @property
    def sha256(self) -> str:
        """What tells it from other scales."""
        return storage.sha256(self._asdict())
