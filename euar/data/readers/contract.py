"""What a reader offers, and what it returns: the step from a source to a `MultimodalDataset`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np

from euar.data import precision
from euar.data._checks import as_text
from euar.data.dataset import MultimodalDataset
from euar.data.errors import DataError
from euar.data.readers import plausible, provenance
from euar.data.regular import check_inside

#: What to do with NaN and infinity among features: refuse the source, or put 0 there and count it.
Nan = Literal["refuse", "zero"]


class AnyReader(Protocol):
    """What is said of any reader.

    Attributes:
        NAME: a short name in lower case, for `meta["source"]` and `euar data list`.
        TITLE: what it reads: set, then kind of file or folder.
        SEEN: it has read real files. False: it was written from the published layout alone.
    """

    NAME: str
    TITLE: str
    SEEN: bool


@runtime_checkable
class Reader(AnyReader, Protocol):
    """A reader of files or folders: a module with these names.

    To add a reader: one module in the folder of its source, its name in that folder's `READERS`, and its
    test. A new folder is found without being named anywhere. Of a source's readers the first that matches
    reads, so the more demanding one stands first. The test's writer, in `tests/data/readers/writers`, makes a
    tiny source; the mutations of `tests/data/readers/fuzz` take it too.

    A reader of a layout without any mark stands in its folder's `SPARE`: it reads what no other knows.

    A reader that holds several versions of a set names them in `VARIANTS`, the first the default, and takes
    one as `read`'s last argument, `variant`.
    """

    def matches(self, path: Path) -> bool:
        """Tell by the content whether a file or folder has this format; raises nothing."""

    def read(self, path: Path) -> "Content":
        """Return what the source holds: every row, or in `notes` the number of rows that were left out.

        Raises:
            DataError: the source is damaged or incomplete, or its parts contradict each other.
        """


@runtime_checkable
class PickleReader(AnyReader, Protocol):
    """A reader of what a pickle held, as `euar.data.safe_pickle` loads it.

    It stands in its folder's `PICKLES`; all else is as in `Reader`.
    """

    def matches(self, content: object) -> bool:
        """Tell whether the content has this layout; raises nothing."""

    def read(self, path: Path, content: Any) -> "Content":
        """Return the checked content; `path` is for errors and the record. See `Reader.read`."""


def described(reader: AnyReader) -> str:
    """Return a reader's title; it says so where nobody has tried the reader on real files."""
    return reader.TITLE if reader.SEEN else f"{reader.TITLE}; from the published layout"


@dataclass(frozen=True, kw_only=True)
class Content:
    """The content of a source. `dataset` makes the data set of it.

    Attributes:
        name: what to call the set.
        files: every file that was read; one that several rows name may stand there as often.
        target: as in `MultimodalDataset`; None for rows without labels.
        ids, split, available, groups, target_sd: as in `MultimodalDataset`.
        modalities: {m: (n, d) numbers}; of a modality with sequences it is computed here.
        sequences: {m: ((n, T, d) numbers padded at the end, (n,) lengths)}.
        cells: {m: what says where in a table the number of a row and a column stands}.
        raw: {m: (kind, n strings)}, see `euar.data.raw`.
        meta: whatever else is worth keeping.
        notes: what the reader did, for the record.
    """

    name: str
    files: Sequence[Path]
    target: np.ndarray | None
    ids: Sequence[str]
    split: Sequence[str]
    modalities: Mapping[str, np.ndarray] = field(default_factory=dict)
    sequences: Mapping[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)
    cells: Mapping[str, Callable[[int, int], str]] = field(default_factory=dict)
    raw: Mapping[str, tuple[str, Sequence[str]]] = field(default_factory=dict)
    available: Mapping[str, np.ndarray] | None = None
    groups: Sequence[str] | None = None
    target_sd: np.ndarray | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)
    notes: Mapping[str, Any] = field(default_factory=dict)

    def dataset(self, reader: str, path: Path, nan: Nan) -> MultimodalDataset:
        """Return the checked data set, with `meta["source"]` and, if there is raw content, `meta["raw"]`.

        Raises:
            DataError: the content is not a valid set; it names `path`.
        """
        self._check_inside(path)
        replaced: dict[str, int] = {}
        sequences = {
            name: (self._clean(path, name, frames, nan, replaced), np.asarray(lengths, dtype=np.int64))
            for name, (frames, lengths) in self.sequences.items()
        }
        modalities = {
            name: self._clean(path, name, values, nan, replaced) for name, values in self.modalities.items()
        }
        modalities |= {name: masked_mean(*pair) for name, pair in sequences.items()}
        notes = dict(self.notes) | ({"replaced": replaced} if replaced else {})
        source = provenance.record(reader, path, set(self.files), self.split, **notes)
        meta = dict(self.meta) | {"source": source} | self._raw(path)
        labels = {} if self.target is None else {"target": self.target}
        make = MultimodalDataset if labels else MultimodalDataset.unlabelled
        try:
            return make(
                **labels,
                name=self.name,
                modalities=modalities,
                ids=as_text(str(path), "ids", self.ids),
                split=as_text(str(path), "split", self.split),
                available=self.available or {},
                target_sd=self.target_sd,
                groups=None if self.groups is None else as_text(str(path), "groups", self.groups),
                sequences=sequences,
                meta=meta,
            )
        except DataError as error:
            raise error.at(path) from None

    def _raw(self, path: Path) -> dict[str, dict]:
        """Return the strings and the kinds of the raw content, for `meta`."""
        if not self.raw:
            return {}
        texts = {name: as_text(str(path), f"raw/{name}", values) for name, (_, values) in self.raw.items()}
        return {"raw": texts, "raw_kinds": {name: kind for name, (kind, _) in self.raw.items()}}

    def _clean(
        self, path: Path, name: str, values: np.ndarray, nan: Nan, replaced: dict[str, int]
    ) -> np.ndarray:
        """Return float32 numbers with 0 for what is not finite; count what was replaced."""
        if not isinstance(values, np.ndarray) or values.dtype.kind not in "fiu":
            raise DataError(
                path, f"modalities/{name}", "an array of numbers", plausible.described(values), "convert it"
            )
        values = precision.to_float32(values)
        silence = np.isneginf(values) & (name == "audio")
        other = ~np.isfinite(values) & ~silence
        if other.any() and nan == "refuse":
            found = f"NaN or infinity in {other.sum()} place(s){self._first(name, other)}"
            remedy = 'repair the source, or put 0 there with nan="zero" (--nan zero)'
            raise DataError(path, f"modalities/{name}", precision.FINITE, found, remedy)
        if silence.any() or other.any():
            replaced[name] = int(silence.sum() + other.sum())
            values[silence | other] = 0
        return values

    def _first(self, name: str, places: np.ndarray) -> str:
        """Return which is the first that is True: its cell, or the id of its row and its column, from 1."""
        if places.ndim < 2:
            return ""
        row, *place = map(int, np.unravel_index(places.argmax(), places.shape))
        if row >= len(self.ids):
            return ""
        if name in self.cells:
            return f", the first in {self.cells[name](row, place[-1])}"
        frame = f", frame {place[0] + 1}" * (len(place) > 1)
        return f", the first in {str(self.ids[row])[:80]!r}, column {place[-1] + 1}{frame}"

    def _check_inside(self, path: Path) -> None:
        """Raise unless every file that was read, but the one that the user named, lies in the folder."""
        for file in sorted(set(self.files)):
            if file != path:
                check_inside(file, path if path.is_dir() else path.parent)


def masked_mean(frames: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Return the mean over the frames within the lengths, float32 (n, d); of no frame, 0.

    Args:
        frames: (n, T, d).
        lengths: (n,)
    """
    inside = np.arange(frames.shape[1]) < lengths[:, None]  # (n, T)
    total = np.einsum("ntd,nt->nd", frames, inside, dtype=np.float64)
    return (total / np.maximum(lengths, 1)[:, None]).astype(np.float32)
