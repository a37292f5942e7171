"""CMU-MOSI as far as it can still be had: `label.csv`, and the `bc_lstm` folder with features.

The text and video features of the bc-LSTM release were fitted to the labels of its 62 training videos, 24 of
which are among the 31 test videos of the official split. Hence three variants:

- "official": the official split, with the texts (their features are extracted by us) and the audio features;
- "unseen-video": all three features of the release, validation and test on the videos that it did not see;
- "leaked": the official split with all three, to show what such features do to a test. For nothing else.
"""

from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np

from euar.data.errors import DataError
from euar.data.readers import bc_lstm, label_csv
from euar.data.readers._content import Content

NAME = "mosi"
TITLE = "CMU-MOSI (folder with label.csv and bc_lstm)"
VARIANTS = ("official", "unseen-video", "leaked")


def matches(path: Path) -> bool:
    """Tell whether the folder holds both parts."""
    return label_csv.matches(path) and bc_lstm.matches(path / "bc_lstm")


def read(path: Path, variant: Literal["official", "unseen-video", "leaked"] = "official") -> Content:
    """Return ratings (n,) in [-3, 3] with the texts and features of a variant.

    Utterances that `label.csv` lacks are dropped and counted in the record. `meta["fitted_on"]` marks the
    rows on whose labels the text and video features were trained, where a variant has these.

    Raises:
        DataError: see both readers; or an utterance has no features.
    """
    labels, release = label_csv.read(path), bc_lstm.read(path / "bc_lstm")
    place = {name: row for row, name in enumerate(release.ids)}
    for name in labels.ids:
        if name not in place:
            raise DataError(path, "ids", "features of every utterance", f"none of {name}", "get both again")
    rows = np.array([place[name] for name in labels.ids])
    features = {name: values[rows] for name, values in release.modalities.items()}
    found = replace(
        labels,
        files=[*labels.files, *release.files],
        modalities=features,
        meta={"fitted_on": release.meta["fitted_on"][rows]},
        notes={"dropped": {"without_rating": len(release.ids) - len(rows)}},
    )
    if variant == "official":
        return replace(found, modalities={"audio": features["audio"]}, meta={})
    if variant == "unseen-video":
        return replace(found, raw={}, split=[release.split[row] for row in rows])
    return replace(found, raw={})
