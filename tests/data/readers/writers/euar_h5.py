"""A tiny file in the package's own format."""

from pathlib import Path

from tests.data import rows


def write(folder: Path) -> Path:
    """Write the set with every field and return the file's path."""
    return rows.make().to_hdf5(folder / "rows.h5")
