"""What was measured of systems that met the noise of the test in training."""

from pathlib import Path

from euar.chapters.met_noise import measure
from euar.experiments.comparison import Comparison
from euar.experiments.store import newest


def measured(root: Path | None = None) -> dict[str, Comparison]:
    """Return {set: the newest results by system}, of the sets that are measured.

    Args:
        root: the folder of all results, see `store`.
    """
    found = newest("met_noise", measure.measurements(), root)
    sets = dict.fromkeys(one.data for one, _ in found)
    return {data: Comparison({one.name: r for one, r in found if one.data == data}) for data in sets}
