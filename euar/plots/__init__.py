"""Pictures from tensors and results: nothing here trains; means and intervals come from `euar.intervals`."""

from euar.plots.style import COLORS, MARKERS, figure

__all__ = ["COLORS", "MARKERS", "figure"]
