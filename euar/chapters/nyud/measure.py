"""NYU Depth V2: the systems on colour and depth, clean and under noise on the test pictures."""

from functools import partial

from euar.experiments.row import SYSTEMS, Row

NOISES = tuple(f"{kind}:{strength}" for kind in ("gaussian", "salt-pepper") for strength in (5, 10))
_row = partial(Row, data="nyud")


def measurements() -> list[Row]:
    """Return every system, and the default on one modality."""
    systems = [_row(system=system, noises=NOISES) for system in SYSTEMS]
    return [*systems, *(_row(modalities=(name,)) for name in ("rgb", "depth"))]
