"""CMU-MOSI: the systems on both splits, each modality and pair alone, and what leaked features pretend."""

from itertools import combinations

from euar.experiments.comparison import SYSTEMS, Row

_MODALITIES = {"official": ("text", "audio"), "unseen-video": ("text", "audio", "video")}


def requests() -> list[Row]:
    """Return every system on both splits, the default on every smaller set of modalities, and on the leak."""
    systems = [Row(data="mosi", variant=v, system=system) for v in _MODALITIES for system in SYSTEMS]
    smaller = [
        Row(data="mosi", variant=v, modalities=names)
        for v, all_names in _MODALITIES.items()
        for size in range(1, len(all_names))
        for names in combinations(all_names, size)
    ]
    return [*systems, *smaller, Row(data="mosi", variant="leaked")]
