"""One data set: modalities, labels, split and what is known about each row."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from euar.data import _arrays, _checks, storage
from euar.data.errors import DataError
from euar.data.scaling import Scale

#: The key of `meta` that says by which scales a set is standardised: {modality: `Scale.sha256`}.
STANDARDIZED = "standardized"


@dataclass(frozen=True, eq=False, repr=False)
class MultimodalDataset:
    """Rows of several modalities with a target and a fixed split; checked when made, never changed after.

    Args:
        name: what the set is called.
        modalities: {m: float32 (n, d)}, in the order in which models will see them. Only a source whose
            features are still to be extracted has none; see `euar.data.raw`.
        target: float (n,) or (n, outputs) for regression, int64 (n,) for classification; float (n, 0) for
            rows without labels, see `unlabelled`.
        ids: (n,) str, each once.
        split: (n,) of "train" | "valid" | "test".
        available: {m: bool (n,)}; a modality that it leaves out is available in every row. Filled in.
        target_sd: float (n,), how far the raters disagreed, in units of the target.
        groups: (n,) str, what a split must not part, such as the video.
        sequences: {m: (float32 (n, T, d) padded at the end, int64 (n,) lengths)}; None means none.
        meta: JSON values about the set; a NumPy array in it, or in a dict in it, has one entry a row.

    Raises:
        DataError: a field has the wrong type, shape or content; unavailable rows may hold anything.
    """

    name: str
    modalities: Mapping[str, np.ndarray]
    target: np.ndarray
    ids: np.ndarray
    split: np.ndarray
    available: Mapping[str, np.ndarray] = field(default_factory=dict)
    target_sd: np.ndarray | None = None
    groups: np.ndarray | None = None
    sequences: Mapping[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)
    meta: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _checks.check_given(self)
        for name in ("ids", "split", "groups"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, _checks.as_text(self.name, name, getattr(self, name)))
        everywhere = {name: np.ones(len(self.ids), dtype=bool) for name in self.modalities}
        object.__setattr__(self, "available", everywhere | dict(self.available or {}))
        object.__setattr__(self, "sequences", dict(self.sequences or {}))
        _checks.check_dataset(self)

    @classmethod
    def unlabelled(
        cls, name: str, modalities: Mapping[str, np.ndarray], ids: Iterable[str], **fields: Any
    ) -> "MultimodalDataset":
        """Return rows without labels, which a trained run can predict; all are of the split "test".

        Args:
            name: what the set is called.
            modalities: {m: float32 (n, d)}.
            ids: (n,) str, each once.
            **fields: others of the class.
        """
        ids = list(ids)
        none = np.empty((len(ids), 0), dtype=np.float32)
        given = {"split": ["test"] * len(ids), **fields}
        return cls(name=name, modalities=modalities, ids=ids, target=none, **given)  # type: ignore[arg-type]

    def __len__(self) -> int:
        return len(self.ids)

    def __repr__(self) -> str:
        return f"MultimodalDataset({self.name!r}, {len(self)} rows, {self.in_features}, {self._kind})"

    @property
    def labelled(self) -> bool:
        """Whether the rows have labels."""
        return self.target.shape[1:] != (0,)

    @property
    def task(self) -> Literal["regression", "classification"]:
        """What the target asks for."""
        return "classification" if self.target.dtype == np.int64 else "regression"

    @property
    def in_features(self) -> dict[str, int]:
        """Width of each modality, as `EUARConfig` takes it."""
        return {name: values.shape[1] for name, values in self.modalities.items()}

    @property
    def metadata(self) -> dict[str, np.ndarray]:
        """Other columns of users' own table of labels, {name: (n,) str}, see `readers.own`; else empty."""
        kept = self.meta.get("metadata")
        return dict(kept) if isinstance(kept, Mapping) else {}

    @property
    def sha256(self) -> str:
        """SHA-256 of all arrays in their row order; the name and the JSON part of meta do not count."""
        return storage.sha256(_arrays.flatten(self)[1])

    def to_hdf5(self, path: str | Path) -> Path:
        """Write the set to one HDF5 file, atomically and the same bytes each time, and return its path."""
        return storage.write(path, *_arrays.flatten(self))

    @classmethod
    def from_hdf5(cls, path: str | Path) -> "MultimodalDataset":
        """Return the set that `to_hdf5` wrote.

        Raises:
            DataError: the file is absent, damaged or in another format, or its content is not a valid set.
        """
        header, arrays = storage.read(path)
        try:
            data = cls(**_arrays.unflatten(header, arrays))
            _checks.check_known(data.name, "arrays", arrays, _arrays.flatten(data)[1])
            return data
        except DataError as error:
            raise error.at(path) from None
        except (AttributeError, LookupError, MemoryError, RuntimeError, TypeError, ValueError) as error:
            found = f"{type(error).__name__}: {error}"[:200]
            remedy = "write the file again with to_hdf5"
            raise DataError(path, "header", "the fields of a data set", found, remedy) from error

    def subset(self, *, split: str | None = None, mask: np.ndarray | None = None) -> "MultimodalDataset":
        """Return the rows of one split, or where a bool (n,) mask is true; arrays in meta follow.

        Raises:
            DataError: not exactly one of the two is given, the word or mask does not fit, or no row is left.
        """
        if (split is None) == (mask is None):
            raise DataError(self.name, "subset", "split or mask", "both or neither", "give one of them")
        if split is not None:
            _checks.check_splits(self.name, np.array([split]))
            mask = self.split == split
        assert mask is not None  # one of the two was given
        _checks.check_mask(self.name, mask, len(self))
        header, arrays = _arrays.flatten(self)
        rows = {field: values[mask] for field, values in arrays.items()}
        return MultimodalDataset(**_arrays.unflatten(header, rows))

    def with_modalities(self, names: Iterable[str]) -> "MultimodalDataset":
        """Return the set with these modalities alone, in this order.

        Raises:
            DataError: a name is unknown, or a row would be left without any modality.
        """
        names = list(names)
        _checks.check_known(self.name, "modalities", names, self.modalities)

        def chosen(table: Mapping) -> dict:
            return {name: table[name] for name in names if name in table}

        return replace(
            self,
            modalities=chosen(self.modalities),
            available=chosen(self.available),
            sequences=chosen(self.sequences),
        )

    def without_sequences(self) -> "MultimodalDataset":
        """Return the set with a vector a row of each modality and no frames, for models that read no more."""
        return replace(self, sequences={})

    def standardize(self) -> "MultimodalDataset":
        """Return the set with mean 0 and SD 1 in every column, over the available training rows.

        Rows that are not available become 0, the mean; so does a column that is constant in training, or
        varies there in its last digits alone, see `euar.data.precision`.
        Sequences are scaled in the same way, over the frames within their lengths; padding becomes 0.
        `meta["standardized"]` tells the set from one in raw units.

        Raises:
            DataError: a modality is available in no training row, or the set is standardised already.
        """
        scaled, sequences = self.scaled(self.scales()), {}
        for name, (values, lengths) in self.sequences.items():
            frames = np.arange(values.shape[1]) < lengths[:, None]  # (n, T)
            keep = frames & self.available[name][:, None]
            sequences[name] = (self._scale(values, keep).apply(values, keep), lengths)
        return replace(scaled, sequences=sequences)

    def scales(self) -> dict[str, Scale]:
        """Return {modality: mean and SD of its columns}, over the available training rows.

        Raises:
            DataError: see `standardize`.
        """
        self._check_raw()
        return {name: self._scale(values, self.available[name]) for name, values in self.modalities.items()}

    def scaled(self, scales: Mapping[str, Scale]) -> "MultimodalDataset":
        """Return the set, without its sequences, standardised by scales that may be those of other rows.

        Args:
            scales: {modality: scale}, one at least for each modality of the set.

        Raises:
            DataError: the set is standardised already.
        """
        self._check_raw()
        modalities = {
            name: scales[name].apply(values, self.available[name]) for name, values in self.modalities.items()
        }
        by = {name: scales[name].sha256 for name in modalities}
        return replace(self, modalities=modalities, sequences={}, meta=dict(self.meta) | {STANDARDIZED: by})

    def _check_raw(self) -> None:
        if STANDARDIZED in self.meta:
            found, remedy = (
                "a set that is standardised",
                "pass the set as it was before standardize()",
            )
            raise DataError(self.name, "modalities", "features in raw units", found, remedy)

    def _scale(self, values: np.ndarray, keep: np.ndarray) -> Scale:
        """Return the scale of the training part of `keep` (n, ...), of values (n, ..., d)."""
        seen = values[self.split == "train"][keep[self.split == "train"]]
        if not len(seen):
            remedy = "leave the modality out with with_modalities; new rows are for `Run.predict`"
            raise DataError(self.name, "modalities", "available training rows", "none", remedy)
        return Scale.of(seen)

    @property
    def _kind(self) -> str:
        return self.task if self.labelled else "no labels"

    def describe(self) -> str:
        """Return a readable summary: rows by split, target, and each modality's width and availability."""
        lines = [f"{self.name}: {len(self)} rows, {self._kind}, sha256 {self.sha256[:12]}"]
        for word in _checks.SPLITS:
            target = self.target[self.split == word]
            lines.append(f"  {word:<6}{len(target):>7} rows   {_spread(target)}")
        for name, width in self.in_features.items():
            lines.append(f"  {name:<12}{width:>5} features, in {self.available[name].mean():.1%} of rows")
        if self.groups is not None:
            lines.append(f"  {len(np.unique(self.groups))} groups")
        if self.target_sd is not None:
            lines.append(f"  target_sd {_spread(self.target_sd)}")
        return "\n".join(lines)


def _spread(values: np.ndarray) -> str:
    """Return class counts of integers, range and moments of floats."""
    if not values.size:
        return ""
    if values.dtype == np.int64:
        return "classes " + ", ".join(map(str, np.bincount(values)))
    return f"{values.min():.2f} to {values.max():.2f}, mean {values.mean():.2f}, sd {values.std():.2f}"
