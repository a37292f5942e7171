"""Readers of the formats in which these data sets circulate: one file a format, found by content.

`contract.Reader` says what a reader offers and how to add one. It returns a `contract.Content`; `read` below
cleans and checks it. Modalities bear the names that their source uses.
"""

import pkgutil
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import TypeVar

from euar.data import safe_pickle, storage
from euar.data.dataset import MultimodalDataset
from euar.data.errors import DataError
from euar.data.readers.contract import AnyReader, Content, Nan, PickleReader, Reader, described
from euar.data.regular import check_regular

_R = TypeVar("_R", bound=AnyReader)
_SOURCES = [
    import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__) if found.ispkg
]
_FILES: list[Sequence[Reader]] = [source.READERS for source in _SOURCES if hasattr(source, "READERS")]
_SPARE: list[Sequence[Reader]] = [source.SPARE for source in _SOURCES if hasattr(source, "SPARE")]
_PICKLES: list[Sequence[PickleReader]] = [source.PICKLES for source in _SOURCES if hasattr(source, "PICKLES")]

#: Readers of files and folders, those of a source together.
#:
#: :meta hide-value:
FILES: tuple[Reader, ...] = tuple(chain.from_iterable(_FILES))
#: Readers of layouts that bear no mark: what no other reader knows is theirs.
#:
#: :meta hide-value:
SPARE: tuple[Reader, ...] = tuple(chain.from_iterable(_SPARE))
#: Readers of what a pickle held.
#:
#: :meta hide-value:
PICKLES: tuple[PickleReader, ...] = tuple(chain.from_iterable(_PICKLES))


def read(
    path: str | Path, nan: Nan = "refuse", variant: str | None = None, *, labels: bool = True
) -> MultimodalDataset:
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
        labels: whether the rows must have labels; those to predict need none, see `readers.own`.

    Raises:
        DataError: no reader knows the format, or readers of several sources do; there is no such variant;
            there are no labels; or the content is damaged.
    """
    dataset = _read(Path(path), nan, variant)
    if labels and not dataset.labelled:
        columns = ", ".join(dataset.metadata)[:200]
        found = f"none, but columns {columns}" if columns else "none"
        remedy = "add a column label, or rename the one that is it; `euar predict` takes rows without"
        raise DataError(path, "label", "a label in every row", found, remedy)
    return dataset


def _read(path: Path, nan: Nan, variant: str | None) -> MultimodalDataset:
    if not path.exists():
        raise DataError(path, "path", "a file or folder", "nothing", "check its spelling")
    if not path.is_dir():
        check_regular(path)
    if storage.is_ours(path):
        _check_variant(path, (), variant)
        return MultimodalDataset.from_hdf5(path)
    reader, content = _pickled(path) if safe_pickle.is_pickle(path) else _filed(path)
    _check_variant(path, getattr(reader, "VARIANTS", ()), variant)
    return (content() if variant is None else content(variant)).dataset(reader.NAME, path, nan)


def _pickled(path: Path) -> tuple[AnyReader, Callable[..., Content]]:
    subject = safe_pickle.load(path)
    reader = _recognised(path, _PICKLES, lambda reader: reader.matches(subject))
    return reader, partial(reader.read, path, subject)


def _filed(path: Path) -> tuple[AnyReader, Callable[..., Content]]:
    reader = _recognised(path, _FILES, lambda reader: reader.matches(path), SPARE)
    return reader, partial(reader.read, path)


def _check_variant(path: Path, known: tuple[str, ...], variant: str | None) -> None:
    if variant is not None and variant not in known:
        expected = f"one of {', '.join(known)}" if known else "None: this source has one version"
        raise DataError(path, "variant", expected, repr(variant), "correct it or leave it out")


def _recognised(
    path: Path, sources: Iterable[Sequence[_R]], matches: Callable[[_R], bool], spare: Sequence[_R] = ()
) -> _R:
    """Return the first reader that matches of the one source that has any; without one, of the `spare`."""
    matching = (next((reader for reader in readers if matches(reader)), None) for readers in sources)
    found = [reader for reader in matching if reader] or [reader for reader in spare if matches(reader)]
    if len(found) > 1:
        names = " and ".join(reader.NAME for reader in found)
        raise DataError(path, "format", "files of one format", names, "put each into a folder of its own")
    if not found:
        readers: list[AnyReader] = [*FILES, *PICKLES, *spare]
        known = "; ".join(map(described, readers))
        raise DataError(path, "format", known, "something else", "see `euar data list` for the formats")
    return found[0]
