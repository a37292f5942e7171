"""The same tables on a few made-up rows: every kind of cell runs in seconds, and no number means anything."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from euar.chapters.ledger.corpora import Corpus
from euar.data import MultimodalDataset
from euar.experiments.protocols import ON_FEATURES
from euar.training import Recipe

ROWS = {"train": 48, "valid": 24, "test": 36}
_WIDTH, _CLASSES, _VIDEO = 6, 3, 6
_HOW: dict[str, Any] = {"seeds": (0, 1), "rates": (1e-3,), "recipe": Recipe(epochs=2, batch_size=16)}


def tiny(corpus: Corpus, folder: Path) -> Corpus:
    """Return a corpus with made-up rows in its place, which are written to a folder.

    Args:
        corpus: whose modalities and kind of target they have.
        folder: of the files.
    """
    data = made_up(corpus.title, corpus.modalities, classes="accuracy" in corpus.metrics)
    file = data.to_hdf5(folder / f"{corpus.name}.h5")
    return replace(
        corpus,
        title=f"{corpus.title} (made up)",
        row=replace(corpus.row, data=str(file), variant=None, noises=(), **_HOW),
        noises=_on_features(corpus.noises),
        part=None,
        words=False,
        watched={name: _HOW[name] for name in ("seeds", "rates")},
        differs="made-up rows; no number means anything",
    )


def made_up(name: str, modalities: tuple[str, ...], *, classes: bool) -> MultimodalDataset:
    """Return made-up rows that know their labels a little, in videos of six.

    Args:
        name: of the set.
        modalities: their names.
        classes: three classes in the place of ratings.
    """
    rng, n = np.random.default_rng(0), sum(ROWS.values())
    rating = np.round(rng.uniform(-3, 3, n) * 5) / 5
    signal = np.stack([rating, np.tanh(2 * rating)], axis=1)
    features = {m: signal @ rng.normal(size=(2, _WIDTH)) + rng.normal(size=(n, _WIDTH)) for m in modalities}
    third = np.digitize(rating, (-1, 1)).astype(np.int64)
    videos = np.arange(n) // _VIDEO
    return MultimodalDataset(
        name=name,
        modalities={m: values.astype(np.float32) for m, values in features.items()},
        target=third if classes else rating.astype(np.float32),
        ids=np.array([f"v{video:02d}_{row}" for row, video in enumerate(videos)]),
        groups=np.array([f"v{video:02d}" for video in videos]),
        split=np.repeat(list(ROWS), list(ROWS.values())),
    )


def _on_features(noises: Mapping[str, str | None]) -> dict[str, str | None]:
    """Pictures and words are not there to be spoilt: their features are, as strongly in the same order."""
    return {f"{ON_FEATURES}:{place}": column for place, column in enumerate(noises.values(), start=1)}
