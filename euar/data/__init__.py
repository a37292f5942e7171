"""Data sets: one checked structure, `MultimodalDataset`, and `load`, which finds one by name or path."""

from euar.data.dataset import MultimodalDataset
from euar.data.errors import DataError
from euar.data.loading import load
from euar.data.simulated import simulate

__all__ = ["DataError", "MultimodalDataset", "load", "simulate"]
