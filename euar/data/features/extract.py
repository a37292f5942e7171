"""Run an extractor over a modality in batches; what is done is kept, also after a kill."""

import hashlib
import io
import os
from pathlib import Path
from typing import IO

import numpy as np
from filelock import FileLock

from euar.data import raw, storage
from euar.data.cached import kept, named
from euar.data.dataset import MultimodalDataset
from euar.data.errors import DataError
from euar.data.features.corruptions import Corruption
from euar.data.features.extractors import Extractor, create
from euar.files import naming, read_bytes
from euar.folders import cache_folder
from euar.progress import Tick, progress_bar

_HEAD = 40  # bytes before a batch: its SHA-256 and its length


def extract(
    dataset: MultimodalDataset,
    modality: str,
    extractor: str,
    *,
    corruption: Corruption | None = None,
    cache: Path | None = None,
    progress: bool | None = None,
) -> np.ndarray:
    """Return the features of every row, float32 (n, d), from the cache if they are there.

    They are written to one HDF5 file, named by a hash of the raw content, the extractor's version and the
    corruption. Batches that are done wait in a file beside it, so a call that was killed continues.

    Args:
        dataset: a set with raw content, see `euar.data.raw`.
        modality: which of it.
        extractor: a name of `EXTRACTORS`.
        corruption: noise on every row before extraction; `corrupted` chooses the rows.
        cache: folder of the file; `EUAR_CACHE/features` by default.
        progress: show a bar; None: on a terminal.

    Raises:
        DataError: nothing raw of this name, an extractor that does not take it, or a damaged file.
    """
    model = create(extractor)
    raw.strings(dataset, modality)  # a DataError where there is nothing of this name
    kind = raw.kinds(dataset)[modality]
    if kind not in model.kinds:
        expected = f"an extractor of {kind}"
        remedy = "choose another extractor"
        raise DataError(dataset.name, modality, expected, f"{extractor}: {', '.join(model.kinds)}", remedy)
    header = {"extractor": extractor, "version": model.version, "corruption": str(corruption or "none")}
    path = (cache or cache_folder() / "features") / f"{named(dataset, modality, header)}.h5"
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_suffix(".lock")):
        if not path.exists():
            items = _Items(dataset, modality, corruption)
            with progress_bar(progress, len(items)) as tick:
                values = _computed(items, model, path.with_suffix(".part"), tick)
            storage.write(path, header, {"features": values})
            path.with_suffix(".part").unlink()
    return kept(path)["features"]


class _Items:
    """The texts, pictures or sounds of a modality, read when they are asked for, with their noise."""

    def __init__(self, dataset: MultimodalDataset, modality: str, corruption: Corruption | None):
        self._dataset, self.modality, self._corruption = dataset, modality, corruption

    def __len__(self) -> int:
        return len(self._dataset)

    def __getitem__(self, row: int) -> str | np.ndarray | Path:
        item = raw.item(self._dataset, self.modality, row)
        if self._corruption is None:
            return item
        return self._corruption.apply(item, str(self._dataset.ids[row]), self.modality)


def _computed(items: _Items, model: Extractor, part: Path, tick: Tick) -> np.ndarray:
    """Return all features; add each batch to the file `part`, and begin with those that are there."""
    done = _batches_in(part)
    count = sum(map(len, done))
    tick(items.modality, count)
    with naming(part), part.open("ab") as file:
        for start in range(count, len(items), model.batch_size):
            rows = range(start, min(start + model.batch_size, len(items)))
            batch = np.asarray(model.extract([items[row] for row in rows]), dtype=np.float32)
            _append(file, batch)
            done.append(batch)
            tick(items.modality, len(batch))
    return np.concatenate(done)


def _append(file: IO[bytes], batch: np.ndarray) -> None:
    stream = io.BytesIO()
    np.save(stream, batch, allow_pickle=False)
    content = stream.getvalue()
    file.write(hashlib.sha256(content).digest() + len(content).to_bytes(8, "big") + content)
    file.flush()


def _batches_in(part: Path) -> list[np.ndarray]:
    """Return the whole batches in a file, and cut off what a kill or a bad disk left from there on."""
    batches: list[np.ndarray] = []
    if not part.exists():
        return batches
    content, start = read_bytes(part, "delete it"), 0
    while start < len(content):
        digest, size = content[start : start + 32], content[start + 32 : start + _HEAD]
        batch = content[start + _HEAD : start + _HEAD + int.from_bytes(size, "big")]
        if hashlib.sha256(batch).digest() != digest:
            break
        batches.append(np.load(io.BytesIO(batch), allow_pickle=False))
        start += _HEAD + len(batch)
    os.truncate(part, start)
    return batches
