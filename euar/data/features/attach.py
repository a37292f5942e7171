"""Give a set of texts, pictures and sounds its features, clean or with a corrupted test split."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from euar.data import raw
from euar.data.dataset import MultimodalDataset
from euar.data.errors import DataError
from euar.data.features.corruptions import Corruption
from euar.data.features.extract import extract

_DEFAULTS = {
    "text": "minilm",
    "image": "efficientnet-lite0",
    "depth": "efficientnet-lite0",
    "audio": "egemaps",
}


def defaults(dataset: MultimodalDataset) -> dict[str, str]:
    """Return {modality: extractor} for what a set has raw and has no features of."""
    found = raw.kinds(dataset).items()
    return {m: _DEFAULTS[kind] for m, kind in found if kind in _DEFAULTS and m not in dataset.modalities}


def attach(
    dataset: MultimodalDataset,
    extractors: Mapping[str, str],
    *,
    cache: Path | None = None,
    progress: bool | None = None,
) -> MultimodalDataset:
    """Return the set with extracted features, before those that it has; `meta["features"]` names them.

    Args:
        dataset: a set with raw content.
        extractors: {modality: a name of `EXTRACTORS`}.
        cache: see `extract`.
        progress: see `extract`.

    Raises:
        DataError: see `extract`.
    """
    if not extractors:
        return dataset
    found = {
        name: extract(dataset, name, extractor, cache=cache, progress=progress)
        for name, extractor in extractors.items()
    }
    rest = {name: values for name, values in dataset.modalities.items() if name not in found}
    sequences = {name: pair for name, pair in dataset.sequences.items() if name not in found}
    meta = dict(dataset.meta) | {"features": dict(dataset.meta.get("features", {})) | dict(extractors)}
    return replace(dataset, modalities=found | rest, sequences=sequences, meta=meta)


def corrupted(
    dataset: MultimodalDataset,
    corruption: Corruption,
    *,
    cache: Path | None = None,
    progress: bool | None = None,
) -> MultimodalDataset:
    """Return a set with features whose test split was corrupted before extraction.

    Only rows that the corruption hits are extracted again. `meta["corruption"]` says what was done.

    Args:
        dataset: as `attach` returns it.
        corruption: what to do to which modalities.
        cache: see `extract`.
        progress: see `extract`.

    Raises:
        DataError: no extracted modality can be corrupted so; see also `extract`.
    """
    kinds = raw.kinds(dataset)
    extractors = {m: e for m, e in dataset.meta.get("features", {}).items() if corruption.fits(kinds[m])}
    if not extractors:
        found = ", ".join(dataset.meta.get("features", {})) or "none"
        remedy = "choose another kind of noise"
        raise DataError(dataset.name, "corruption", f"a modality for {corruption.kind}", found, remedy)
    modalities = dict(dataset.modalities)
    for name, extractor in extractors.items():
        hit = (dataset.split == "test") & corruption.hits(dataset.ids, name)
        if hit.any():
            part = dataset.subset(mask=hit)
            noisy = extract(part, name, extractor, corruption=corruption, cache=cache, progress=progress)
            modalities[name] = np.array(modalities[name])
            modalities[name][hit] = noisy
    return replace(dataset, modalities=modalities, meta=dict(dataset.meta) | {"corruption": str(corruption)})
