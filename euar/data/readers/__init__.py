"""Readers of the formats in which these data sets circulate: one file a format, found by content.

`contract.Reader` says what a reader offers and how to add one. It returns a `contract.Content`; `read` below
cleans and checks it. Modalities bear the names that their source uses.
"""

from collections.abc import Sequence
from pathlib import Path

from euar.data import safe_pickle, storage
from euar.data.dataset import MultimodalDataset
from euar.data.errors import DataError
from euar.data.readers import csd, mosei, mosi, mvsa, nyud, own, pickles
from euar.data.readers.contract import Nan, PickleReader, Reader, described
from euar.data.regular import check_regular

#: Readers of files and folders, a source's together. The first that matches reads.
#:
#: :meta hide-value:
FILES: tuple[Reader, ...] = (
    *own.READERS,
    *csd.READERS,
    *mosi.READERS,
    *mosei.READERS,
    *mvsa.READERS,
    *nyud.READERS,
)
#: Readers of what a pickle held.
#:
#: :meta hide-value:
PICKLES: tuple[PickleReader, ...] = pickles.READERS


def read(path: str | Path, nan: Nan = "refuse", variant: str | None = None) -> MultimodalDataset:
    """Return the data set in a file or folder, whatever known format it has, `to_hdf5`'s among them.

    `meta["source"]` holds the reader, the path, the SHA-256 of the files and the counts. Sequences come with
    their lengths and, in `modalities`, with their means over the frames within these.

    Args:
        path: the file or folder.
        nan: what to do with NaN and infinity among features: refuse the file, or put 0, count it in
            `meta["source"]["replaced"]` and go on. -inf in audio, which COVAREP gives for silence, always
            becomes 0, as in the published code, and is counted.
        variant: which version of a source that holds several, one of its reader's `VARIANTS`; None is the
            first.

    Raises:
        DataError: no reader knows the format, it has no such variant, or the content is damaged.
    """
    path = Path(path)
    if not path.exists():
        raise DataError(path, "path", "a file or folder", "nothing", "check its spelling")
    if not path.is_dir():
        check_regular(path)
    if storage.is_ours(path):
        _check_variant(path, (), variant)
        return MultimodalDataset.from_hdf5(path)
    if safe_pickle.is_pickle(path):
        subject = safe_pickle.load(path)
        reader, arguments = _first(path, PICKLES, subject), [path, subject]
    else:
        reader, arguments = _first(path, FILES, path), [path]
    _check_variant(path, getattr(reader, "VARIANTS", ()), variant)
    if variant is not None:
        arguments.append(variant)
    return reader.read(*arguments).dataset(reader.NAME, path, nan)


def _check_variant(path: Path, known: tuple[str, ...], variant: str | None) -> None:
    if variant is not None and variant not in known:
        expected = f"one of {', '.join(known)}" if known else "None: this source has one version"
        raise DataError(path, "variant", expected, repr(variant), "correct it or leave it out")


def _first(path: Path, candidates: Sequence, subject: object) -> Reader | PickleReader:
    """Return the first reader that knows the subject, a path or the content of a pickle."""
    for reader in candidates:
        if reader.matches(subject):
            return reader
    known = "; ".join(described(reader) for reader in (*FILES, *PICKLES))
    raise DataError(path, "format", known, "something else", "see `euar data list` for the formats")
