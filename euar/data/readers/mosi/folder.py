"""CMU-MOSI as far as it can still be had: `label.csv`, and the `bc_lstm` folder with features.

The text and video features of the bc-LSTM release were fitted to the labels of its 62 training videos, 24 of
which are among the 31 test videos of the official split. Hence three variants:

- "official": the official split, with the texts (their features are extracted by us) and the audio features;
- "unseen-video": all three features of the release, validation and test on the videos that it did not see;
- "leaked": the official split with all three, to show what such features do to a test. For nothing else.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from euar.data.errors import DataError
from euar.data.readers.contract import Content
from euar.data.readers.mosi import bc_lstm, label_csv

NAME = "mosi"
TITLE = "CMU-MOSI (folder with label.csv and bc_lstm)"
SEEN = True


def matches(path: Path) -> bool:
    """Tell whether the folder holds the list, and a folder for the release, be it complete or not."""
    return label_csv.matches(path) and (path / "bc_lstm").is_dir()


def read(path: Path, variant: str = "official") -> Content:
    """Return ratings (n,) in [-3, 3] with the texts or features of a variant, one of `VARIANTS`.

    Utterances that `label.csv` lacks are dropped and counted in `notes["dropped"]`. `meta["fitted_on"]` marks
    the rows on whose labels text and video features were trained, where a variant has these.

    Raises:
        DataError: see both readers; or an utterance has no features.
    """
    labels, release = label_csv.read(path), bc_lstm.read(path / "bc_lstm")
    rows = _rows(path, labels, release)
    joined = replace(
        labels,
        files=[*labels.files, *release.files],
        modalities={name: values[rows] for name, values in release.modalities.items()},
        meta={"fitted_on": release.meta["fitted_on"][rows]},
        notes={
            "dropped": {"without_rating": len(release.ids) - len(rows)} | release.notes.get("dropped", {})
        },
    )
    return _VARIANTS[variant](joined, [release.split[row] for row in rows])


def _rows(path: Path, labels: Content, release: Content) -> np.ndarray:
    """Return the row of the release that each label belongs to."""
    place = {name: row for row, name in enumerate(release.ids)}
    for name in labels.ids:
        if name not in place:
            raise DataError(path, "ids", "features of every utterance", f"none of {name!r}", "get both again")
    return np.array([place[name] for name in labels.ids])


def _official(joined: Content, _split: list[str]) -> Content:
    return replace(joined, modalities={"audio": joined.modalities["audio"]}, meta={})


def _unseen_video(joined: Content, split: list[str]) -> Content:
    return replace(joined, split=split, raw={})


def _leaked(joined: Content, _split: list[str]) -> Content:
    return replace(joined, raw={})


_VARIANTS: dict[str, Callable[[Content, list[str]], Content]] = {
    "official": _official,
    "unseen-video": _unseen_video,
    "leaked": _leaked,
}
VARIANTS = tuple(_VARIANTS)
