"""MVSA-Single: the systems on image and text, clean and under the paper's noise, and each modality alone."""

from functools import partial

from euar.chapters.mvsa.twins import Twins
from euar.experiments.row import SYSTEMS, Row

NOISES = tuple(f"{kind}:{strength}" for kind in ("gaussian", "salt-pepper", "blank") for strength in (5, 10))
_row = partial(Row, data="mvsa")


def rows() -> list[Row]:
    """Return every system, and the default on one modality."""
    systems = [_row(system=system, noises=NOISES) for system in SYSTEMS]
    return [*systems, *(_row(modalities=(name,)) for name in ("image", "text"))]


def twins() -> list[Twins]:
    """Return the default, and the same network with plain experts, with and without double rows."""
    return [Twins(system=system) for system in ("default", "mlp-experts")]


def measurements() -> list[Row]:
    """Return the rows of the chapter's table, and what double rows are worth."""
    return [*rows(), *twins()]
