"""The tiny set, where all rows have all modalities."""

from dataclasses import replace

import numpy as np

from tests.training.tiny import dataset


def whole(n=120, **changes):
    found = dataset(n)
    filled = {m: np.nan_to_num(x) for m, x in found.modalities.items()}
    return replace(found, **{"modalities": filled, "available": {}} | changes)
