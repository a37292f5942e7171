"""EUAR's three presets on the embedded data set, five seeds each."""

from euar.experiments.grid import recipe
from euar.experiments.train import PRESETS, Request
from euar.training import Recipe


def requests() -> list[Request]:
    """Return one run per preset, all with the recipe that the grid chose for the default preset."""
    chosen = Recipe(**recipe("embedded"))
    return [
        Request(data="embedded", preset=preset, seeds=tuple(range(5)), recipe=chosen) for preset in PRESETS
    ]
