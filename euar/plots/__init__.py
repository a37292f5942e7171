"""Pictures from tensors and results; nothing here trains or computes a statistic of its own."""

from euar.plots.style import COLORS, MARKERS, figure

__all__ = ["COLORS", "MARKERS", "figure"]
