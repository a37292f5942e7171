"""CMU-MOSEI, text alone: the systems on thirteen times the utterances of CMU-MOSI, and on fewer of them."""

from functools import partial

from euar.experiments.row import Row
from euar.training import Recipe

_SYSTEMS = ("default", "paper", "mlp-experts", "concat")
_RATES = (1e-4, 3e-4, 1e-3, 3e-3)
_row = partial(Row, data="mosei", recipe=Recipe(epochs=8, batch_size=64), rates=_RATES, seeds=(0, 1, 2, 3, 4))
_SIZES = (1284, 5136)  # as many as MOSI has, and four times as many


def measurements() -> list[Row]:
    """Return every system on all training rows, and two of them on fewer."""
    whole = [_row(system=system) for system in _SYSTEMS]
    fewer = [_row(system=system, size=size) for size in _SIZES for system in ("default", "concat")]
    return [*whole, *fewer]
