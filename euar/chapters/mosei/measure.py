"""CMU-MOSEI, text alone: the systems on thirteen times the utterances of CMU-MOSI, and on fewer of them."""

from functools import partial

from euar.experiments.row import SYSTEMS, Row
from euar.systems.registry import find
from euar.training import Recipe

#: Those of every table that one modality is enough for.
COMPARED = tuple(name for name in SYSTEMS if find(name).min_modalities == 1)

_row = partial(Row, data="mosei", recipe=Recipe(epochs=8, batch_size=64))
_SIZES = (1284, 5136)  # as many as MOSI has, and four times as many


def measurements() -> list[Row]:
    """Return every system on all training rows, and two of them on fewer."""
    whole = [_row(system=system, seeds=tuple(range(20))) for system in COMPARED]
    fewer = [_row(system=system, size=size) for size in _SIZES for system in ("default", "concat")]
    return [*whole, *fewer]
