"""What the paper's experiments do to data: modalities that are missing, noise on pixels, words and features.

Everything is a pure function of its arguments, a seed among them: the same in any order, batch and process.
"""

from euar.data.corruption.missing import (
    missing_sets,
    modality_dropout,
    random_missing,
    with_available,
    withheld,
)
from euar.data.corruption.noise import add_noise, blank_words, feature_noise, noise_applies
from euar.data.corruption.released import released_gaussian

__all__ = [
    "add_noise",
    "blank_words",
    "feature_noise",
    "missing_sets",
    "modality_dropout",
    "noise_applies",
    "random_missing",
    "released_gaussian",
    "with_available",
    "withheld",
]
