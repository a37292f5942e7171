"""Readers of the formats in which these data sets circulate: one file a format, found by content.

Each reader has a `NAME`, a `TITLE`, `matches`, which looks at the content and raises nothing, and `read`,
which returns the `Content` or raises a `DataError`; `read` below cleans and checks it. Modalities bear the
names that their source uses.
"""

from pathlib import Path
from types import ModuleType

from euar.data import safe_pickle
from euar.data.dataset import MultimodalDataset
from euar.data.errors import DataError
from euar.data.readers import label_csv
from euar.data.readers._content import Nan

#: Readers of files and folders: `matches(path)`, `read(path)`. The first that matches reads.
FILES: tuple[ModuleType, ...] = (label_csv,)
#: Readers of what a pickle held: `matches(content)`, `read(path, content)`.
PICKLES: tuple[ModuleType, ...] = ()


def read(path: str | Path, nan: Nan = "refuse") -> MultimodalDataset:
    """Return the data set in a file or folder, whatever known format it has.

    `meta["source"]` holds the reader, the path, the SHA-256 of the files and the counts. Sequences come with
    their lengths and, in `modalities`, with their means over the frames within these.

    Args:
        path: the file or folder.
        nan: what to do with NaN and infinity among features: refuse the file, or put 0, count it in
            `meta["source"]["replaced"]` and go on. -inf in audio, which COVAREP gives for silence, always
            becomes 0, as in the published code, and is counted.

    Raises:
        DataError: no reader knows the format, or the content is damaged.
    """
    path = Path(path)
    if not path.exists():
        raise DataError(path, "path", "a file or folder", "nothing", "check its spelling")
    if safe_pickle.is_pickle(path):
        content = safe_pickle.load(path)
        reader = _first(path, PICKLES, content)
        return reader.read(path, content).dataset(reader.NAME, path, nan)
    reader = _first(path, FILES, path)
    return reader.read(path).dataset(reader.NAME, path, nan)


def _first(path: Path, candidates: tuple[ModuleType, ...], subject: object) -> ModuleType:
    """Return the first reader that knows the subject, a path or the content of a pickle."""
    for reader in candidates:
        if reader.matches(subject):
            return reader
    known = "; ".join(reader.TITLE for reader in (*FILES, *PICKLES))
    raise DataError(path, "format", known, "something else", "see `euar data list` for the formats")
