"""Find a data set by its name or its file."""

from collections.abc import Callable
from pathlib import Path

from euar.data import embedded, simulated
from euar.data.dataset import MultimodalDataset
from euar.data.errors import DataError

_SHIPPED: dict[str, Callable[[], MultimodalDataset]] = {
    "embedded": embedded.read,
    "simulated": simulated.simulate,
}


def load(
    name_or_path: str | Path, variant: str | None = None, root: str | Path | None = None
) -> MultimodalDataset:
    """Return a data set that ships with the package, or one from an HDF5 file that `to_hdf5` wrote.

    Args:
        name_or_path: "embedded" (rated tweets, three views), "simulated" (known noise), or a file.
        variant: which version of a set that has several; those that ship have one.
        root: the folder in which a relative path begins; None: the current folder.

    Raises:
        DataError: nothing has this name, the set has no such variant, or the file is not a valid set.
    """
    if variant is not None:
        raise DataError(name_or_path, "variant", "None: it has one version", repr(variant), "leave it out")
    if name_or_path in _SHIPPED:
        return _SHIPPED[name_or_path]()
    path = Path(root or ".") / name_or_path
    if not path.is_file():
        expected = f"{' | '.join(_SHIPPED)} | an HDF5 file of ours"
        remedy = "write your data with MultimodalDataset.to_hdf5; other formats come with their readers"
        raise DataError(path, "name_or_path", expected, "no such name or file", remedy)
    return MultimodalDataset.from_hdf5(path)
