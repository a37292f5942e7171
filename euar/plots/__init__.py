"""Pictures from tensors and results; nothing here trains, and means and intervals are those of `euar.intervals`."""

from euar.plots.style import COLORS, MARKERS, figure

__all__ = ["COLORS", "MARKERS", "figure"]
