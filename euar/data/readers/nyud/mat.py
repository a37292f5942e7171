"""NYU Depth V2 as published: `nyu_depth_v2_labeled.mat`, MATLAB 7.3 (HDF5), with `splits.mat` beside it.

Pixels are not read here: the pointers `FILE.mat#images/ROW` and `FILE.mat#depths/ROW`, rows from 0, name them
for `euar.data.raw`. Both arrays have their axes transposed: images (n, 3, width, height), depths (n, width,
height) in metres. `sceneTypes` refers to one string a row; so does `scenes`, if the file has it.
"""

import io
import warnings
from pathlib import Path

import h5py
import numpy as np

from euar.data import hdf5
from euar.data.errors import DataError
from euar.data.readers import tables
from euar.data.readers.contract import Content
from euar.data.readers.nyud import _rooms
from euar.data.regular import read_bytes

NAME = "nyud-mat"
TITLE = "NYU Depth V2 (nyu_depth_v2_labeled.mat with splits.mat)"
SEEN = False  # from the published layout

_FILE = "nyu_depth_v2_labeled.mat"
_AGAIN = "get the file again"
_MAX_ROWS = 100_000
_MAX_SIDE = 10_000  # pixels
_MAX_NAME = 200  # characters
_MAX_SPLITS = 2**16  # bytes; the published file has 2,626


def matches(path: Path) -> bool:
    """Tell whether the file, or the file of this name in the folder, is a MATLAB 7.3 file."""
    file = _file(path)
    return file.suffix == ".mat" and hdf5.signed(file)


def read(path: Path) -> Content:
    """Return the ten classes of `_rooms`, int64 (n,), pointing to pictures and depth maps as raw content.

    The id is the official number, from 1.

    Raises:
        DataError: a file is absent or damaged, or an array has another type or shape.
    """
    file = _file(path)
    with hdf5.opened(file) as content:
        types = _strings(file, content, "sceneTypes")
        scenes = _strings(file, content, "scenes") if "scenes" in content else []
        _check_arrays(file, content, len(types), scenes)
    tables.words(file, "sceneTypes", types, _rooms.CLASS_OF)
    splits, rows = file.with_name("splits.mat"), range(len(types))
    return _rooms.content(
        path,
        [file, splits],
        [row + 1 for row in rows],
        {"type": types, "split": _split(splits, len(types)), "scene": scenes},
        {
            "rgb": ("image", [f"{file.name}#images/{row}" for row in rows]),
            "depth": ("depth", [f"{file.name}#depths/{row}" for row in rows]),
        },
    )


def _strings(file: Path, content: h5py.File, field: str) -> list[str]:
    """Return the strings to which the cells of a MATLAB cell array refer."""
    cells = content[field]
    if h5py.check_ref_dtype(cells.dtype) is not h5py.Reference or not 0 < cells.size <= _MAX_ROWS:
        found = f"{cells.dtype} of shape {cells.shape}"
        raise DataError(file, field, f"1 to {_MAX_ROWS} references to strings", found, _AGAIN)
    return [_string(file, field, content[cell]) for cell in cells[()].ravel()]


def _string(file: Path, field: str, letters: h5py.Dataset) -> str:
    if (letters.dtype.kind, letters.dtype.itemsize) != ("u", 2) or not 0 < letters.size <= _MAX_NAME:
        found = f"{letters.dtype} of shape {letters.shape}"
        raise DataError(file, field, f"uint16 letters, 1 to {_MAX_NAME}", found, _AGAIN)
    return "".join(map(chr, letters[()].ravel()))


def _check_arrays(file: Path, content: h5py.File, count: int, scenes: list[str]) -> None:
    """Raise unless pictures, depth maps and scenes fit each other and the number of rows."""
    images, depths = content["images"], content["depths"]
    sides = images.shape[2:]
    if (images.dtype, images.shape[:2], len(sides)) != (np.uint8, (count, 3), 2) or max(sides) > _MAX_SIDE:
        expected = f"uint8 of shape ({count}, 3, width, height), sides up to {_MAX_SIDE}"
        raise DataError(file, "images", expected, f"{images.dtype} of shape {images.shape}", _AGAIN)
    if depths.dtype.kind != "f" or depths.shape != (count, *sides):
        expected = f"floats of shape {(count, *sides)}, as the images"
        raise DataError(file, "depths", expected, f"{depths.dtype} of shape {depths.shape}", _AGAIN)
    if len(scenes) not in (0, count):
        raise DataError(file, "scenes", f"{count} strings", f"{len(scenes)}", _AGAIN)


def _split(file: Path, count: int) -> list[str]:
    """Return train or test for each row; trainNdxs and testNdxs hold numbers from 1, each row's once."""
    indices = {field.removesuffix("Ndxs"): numbers for field, numbers in _loaded(file).items()}
    if sorted(number for numbers in indices.values() for number in numbers) != list(range(1, count + 1)):
        found = " and ".join(f"{len(numbers)} of {word}" for word, numbers in indices.items())
        expected = f"each number from 1 to {count} once"
        raise DataError(file, "trainNdxs, testNdxs", expected, found, "get both files again")
    words = dict.fromkeys(indices["train"], "train") | dict.fromkeys(indices["test"], "test")
    return [words[number] for number in range(1, count + 1)]


def _loaded(file: Path) -> dict[str, list[float]]:
    """Return the two lists of numbers in a MATLAB 5 file."""
    from scipy.io import loadmat

    fields = ("trainNdxs", "testNdxs")
    try:
        with warnings.catch_warnings(action="error"):
            content = loadmat(io.BytesIO(read_bytes(file, most=_MAX_SPLITS)), variable_names=fields)
        arrays = {field: np.asarray(content[field]) for field in fields}
        if any(values.dtype.kind not in "iuf" for values in arrays.values()):
            raise TypeError("something else than numbers")
    except DataError:
        raise
    except Exception as error:  # what loadmat raises on a damaged file is not documented
        found = f"{type(error).__name__}: {error}"[:200]
        raise DataError(
            file, "file", f"MATLAB 5, with the numbers {', '.join(fields)}", found, _AGAIN
        ) from error
    return {field: values.ravel().tolist() for field, values in arrays.items()}


def _file(path: Path) -> Path:
    return path / _FILE if path.is_dir() else path
