"""NYU Depth V2: the systems on colour and depth, clean and under noise on the test pictures."""

from euar.experiments.comparison import SYSTEMS, Row

_NOISES = tuple(f"{kind}:{strength}" for kind in ("gaussian", "salt-pepper") for strength in (5, 10))


def requests() -> list[Row]:
    """Return every system, and the default on one modality."""
    systems = [Row(data="nyud", system=system, noises=_NOISES) for system in SYSTEMS]
    return [*systems, *(Row(data="nyud", modalities=(name,)) for name in ("rgb", "depth"))]
