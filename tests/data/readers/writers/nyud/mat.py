"""A tiny `nyu_depth_v2_labeled.mat` with the types and references of MATLAB 7.3, and its `splits.mat`."""

from pathlib import Path

import h5py
import numpy as np
from scipy.io import savemat

from tests.data.readers.writers._pictures import pixels
from tests.data.readers.writers.nyud._rows import HEIGHT, ROWS, SPLIT, TYPES, WIDTH

SCENES = (
    *("kitchen_0003", "kitchen_0003", "kitchen_0004", "kitchen_0005", "bedroom_0001", "bedroom_0002"),
    *("study_0001", "playroom_0001", "playroom_0002", "bookstore_0001"),
)
_HEADER = b"MATLAB 7.3 MAT-file, Platform: GLNXA64, Created on: Mon Jan  1 00:00:00 2024 HDF5 schema 1.00 ."


def images() -> np.ndarray:
    """Return the pictures, uint8 (n, 3, width, height)."""
    return np.stack([pixels(number, (HEIGHT, WIDTH, 3)) for number, *_ in ROWS]).transpose(0, 3, 2, 1)


def depths() -> np.ndarray:
    """Return the depth maps, float32 metres (n, width, height)."""
    grey = np.stack([pixels(100 + number, (HEIGHT, WIDTH)) for number, *_ in ROWS])
    return (grey / 25.5).astype(np.float32).transpose(0, 2, 1)


def write(folder: Path) -> Path:
    """Write both files and return the first."""
    write_splits(folder / "splits.mat", SPLIT)
    path = folder / "nyu_depth_v2_labeled.mat"
    with h5py.File(path, "w", userblock_size=512) as file:
        file.create_dataset("images", data=images(), track_times=False)
        file.create_dataset("depths", data=depths(), track_times=False)
        write_cells(file, "sceneTypes", TYPES)
        write_cells(file, "scenes", SCENES)
    with path.open("r+b") as stream:
        stream.write(_HEADER.ljust(124) + b"\0\2IM")
    return path


def write_cells(file: h5py.File, name: str, strings: tuple[str, ...]) -> None:
    """Write a cell array of strings: references (1, n) to uint16 (letters, 1)."""
    cells = file.create_dataset(name, (1, len(strings)), dtype=h5py.ref_dtype, track_times=False)
    for row, string in enumerate(strings):
        letters = np.array([[ord(letter)] for letter in string], dtype=np.uint16)
        target = file.create_dataset(f"#refs#/{name}{row}", data=letters, track_times=False)
        cells[0, row] = target.ref


def write_splits(path: Path, split: tuple[str, ...]) -> None:
    """Write the numbers of the rows of each word as columns, with a header that has no date."""
    numbers = np.arange(1, len(split) + 1, dtype=np.uint16)[:, None]
    words = np.array(split)
    savemat(path, {f"{word}Ndxs": numbers[words == word] for word in ("train", "test")})
    with path.open("r+b") as stream:
        stream.write(b"MATLAB 5.0 MAT-file, Platform: GLNXA64".ljust(116))
