"""MVSA-Single: the systems on image and text, clean and under the paper's noise, and each modality alone."""

from euar.experiments.comparison import SYSTEMS, Row

NOISES = tuple(f"{kind}:{strength}" for kind in ("gaussian", "salt-pepper", "blank") for strength in (5, 10))


def requests() -> list[Row]:
    """Return every system, and the default on one modality."""
    systems = [Row(data="mvsa", system=system, noises=NOISES) for system in SYSTEMS]
    return [*systems, *(Row(data="mvsa", modalities=(name,)) for name in ("image", "text"))]
