"""CMU-MOSI: the systems on both splits, two of them on fewer modalities, and what leaked features pretend."""

from functools import partial
from itertools import combinations

from euar.experiments.row import SYSTEMS, Row

#: The two whose difference on every set of modalities is the paper's Figure 3.
ON_EVERY_SET = ("default", "mlp-experts")
_row = partial(Row, data="mosi", seeds=tuple(range(20)))  # few rows: a seed tells less than on larger sets
_smaller = partial(Row, data="mosi")
_MODALITIES = {"official": ("text", "audio"), "unseen-video": ("text", "audio", "video")}


def measurements() -> list[Row]:
    """Return every system on both splits, two of them on every smaller set of modalities, and the leak."""
    systems = [_row(variant=v, system=system) for v in _MODALITIES for system in SYSTEMS]
    smaller = [
        _smaller(variant=v, modalities=names, system=system)
        for v, all_names in _MODALITIES.items()
        for size in range(1, len(all_names))
        for names in combinations(all_names, size)
        for system in ON_EVERY_SET
    ]
    return [*systems, *smaller, _row(variant="leaked")]
