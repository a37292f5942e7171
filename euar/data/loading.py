"""Find a data set by its name or its path, and give it features where its source has none."""

from collections.abc import Callable
from pathlib import Path

from euar.data import catalogue, embedded, readers, simulated
from euar.data.dataset import MultimodalDataset
from euar.data.errors import DataError
from euar.data.readers.contract import Nan
from euar.folders import data_folder

_SHIPPED: dict[str, Callable[[], MultimodalDataset]] = {
    "embedded": embedded.read,
    "simulated": simulated.simulate,
}


def load(
    name_or_path: str | Path,
    variant: str | None = None,
    root: str | Path | None = None,
    *,
    nan: Nan = "refuse",
    labels: bool = True,
) -> MultimodalDataset:
    """Return a data set by name, or the one in a file or folder of any known format.

    Texts, pictures and sounds whose features the source lacks get those of the default extractors, see
    `euar.data.features`; they are computed once and kept in the cache. `readers.read` leaves them raw.

    Args:
        name_or_path: "embedded" (rated tweets, three views), "simulated" (known noise), the name of a set in
            the data folder (`euar data list`), or a path.
        variant: which version of a set that has several, such as "unseen-video" of "mosi"; None: the first.
        root: the data folder, and the folder in which a relative path begins. None: `EUAR_DATA` for names,
            the current folder for paths.
        nan: see `readers.read`.
        labels: see `readers.read`.

    Raises:
        DataError: nothing has this name, the set has no such variant, or the source is not valid.
    """
    if name_or_path in _SHIPPED:
        if variant is not None:
            found = repr(variant)
            raise DataError(name_or_path, "variant", "None: it has one version", found, "leave it out")
        return _SHIPPED[name_or_path]()
    path = find(name_or_path, root)
    return _with_features(readers.read(path, variant=variant, nan=nan, labels=labels))


def find(name_or_path: str | Path, root: str | Path | None = None) -> Path:
    """Return the file or folder of a named set or of a path, see `load`.

    Raises:
        DataError: there is nothing.
    """
    named = name_or_path in catalogue.entries()
    path = data_folder(root) / name_or_path if named else Path(root or ".") / name_or_path
    if not path.exists():
        raise _absent(path, str(name_or_path), named)
    return path


def _absent(path: Path, name: str, named: bool) -> DataError:
    if named:
        remedy = f"run `euar data get {name}`, or set EUAR_DATA to the folder that holds {name}/"
        return DataError(path, "name_or_path", f"the folder of {name}", "nothing", remedy)
    expected = f"{' | '.join(catalogue.entries())} | a file or folder"
    remedy = "`euar data list` shows the sets and formats that are known"
    return DataError(path, "name_or_path", expected, "no such name or path", remedy)


def _with_features(dataset: MultimodalDataset) -> MultimodalDataset:
    from euar.data import features

    return features.attach(dataset, features.defaults(dataset))
