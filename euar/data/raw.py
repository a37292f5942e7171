"""What features are extracted from: texts, and pointers to pictures, sounds and segments of videos.

The reader of a source without features leaves `modalities` empty. It puts one string a row into
`meta["raw"][m]` and says in `meta["raw_kinds"][m]` what that string is: a key of `KINDS`.
A pointer is a path relative to the source's folder, with `#part` where the file holds more than one thing.
"""

from pathlib import Path

import h5py
import numpy as np

from euar.data import hdf5, pictures
from euar.data.dataset import MultimodalDataset
from euar.data.errors import DataError
from euar.data.regular import check_regular, read_bytes

KINDS = {
    "text": "the words themselves",
    "image": "a JPEG or PNG picture, read as 8-bit RGB, upright as its EXIF orientation says",
    "depth": "a depth map, read as 8-bit grey in three equal channels, 25.5 steps a metre up to 10 m",
    "audio": "a WAV file",
    "segment": "VIDEO@START-END, seconds",
}
DEPTH_STEPS = 25.5  # a metre; as in the depth pictures that circulate
MAX_SOUND = 2**30  # bytes
_MATLAB = (".mat",)
_TURNED = b"\0upright\0"  # in the content of a picture that is turned, which older versions did not do
_REMEDY = "get the file again, or leave the row out"
_UNREADABLE = (OSError, LookupError, MemoryError, RuntimeError, TypeError, ValueError)  # what readers raise


def kinds(dataset: MultimodalDataset) -> dict[str, str]:
    """Return {modality: kind} of what can be extracted from a set."""
    return dict(dataset.meta.get("raw_kinds", {}))


def strings(dataset: MultimodalDataset, modality: str) -> np.ndarray:
    """Return the text or pointer of each row, (n,) str.

    Raises:
        DataError: the set has nothing raw of this name.
    """
    known = dataset.meta.get("raw", {})
    if modality not in known:
        remedy = "name one of these, or read the set from its source"
        expected = f"one of {', '.join(known)}" if known else "a set with raw content"
        raise DataError(dataset.name, f"raw/{modality}", expected, "nothing of this name", remedy)
    return known[modality]


def image(dataset: MultimodalDataset, modality: str, row: int) -> np.ndarray:
    """Return the picture of a row: uint8 (height, width, 3).

    Raises:
        DataError: the file is absent, outside of the source's folder, cannot be decoded, is too large, or has
            not what the pointer and the kind promise; see `euar.data.pictures`.
    """
    file, part = locate(dataset, modality, row)
    read = _from_mat if file.suffix.lower() in _MATLAB else _decoded
    try:
        pixels = read(file, _folder(dataset), part, kinds(dataset)[modality])
        pictures.check_size(file, pixels.shape[1], pixels.shape[0])
        return pixels
    except DataError as error:
        raise error.about(f"raw/{modality}") from None
    except _UNREADABLE as error:
        found = str(error) or type(error).__name__
        raise DataError(file, f"raw/{modality}", "a readable picture", found, _REMEDY) from error


def item(dataset: MultimodalDataset, modality: str, row: int) -> str | np.ndarray | Path:
    """Return the text, picture or file of a row, as extractors take it.

    Raises:
        DataError: see `image`; or a sound is absent, no regular file, outside of the folder or too large.
    """
    kind = kinds(dataset)[modality]
    if kind in ("image", "depth"):
        return image(dataset, modality, row)
    if kind == "audio":
        file, _ = locate(dataset, modality, row)
        check_regular(file, most=MAX_SOUND, folder=_folder(dataset))
        return file
    return str(strings(dataset, modality)[row])


def content(dataset: MultimodalDataset, modality: str, row: int) -> bytes:
    """Return bytes that decide what `item` returns, without decoding a picture where that can be avoided.

    Raises:
        DataError: a file is absent or cannot be read.
    """
    kind = kinds(dataset)[modality]
    if kind not in ("image", "depth", "audio"):
        return str(strings(dataset, modality)[row]).encode()
    file, part = locate(dataset, modality, row)
    if file.suffix.lower() in _MATLAB:  # one file holds all rows
        return image(dataset, modality, row).tobytes()
    most = MAX_SOUND if kind == "audio" else pictures.MAX_BYTES
    found = read_bytes(file, most=most, folder=_folder(dataset))
    turned = kind == "image" and pictures.orientation(found) != 1
    return part.encode() + (_TURNED if turned else b"\0") + found


def locate(dataset: MultimodalDataset, modality: str, row: int) -> tuple[Path, str]:
    """Return the file that a row's pointer names, and the part inside it ("" for the whole)."""
    name, _, part = str(strings(dataset, modality)[row]).partition("#")
    return _folder(dataset) / name, part


def _folder(dataset: MultimodalDataset) -> Path:
    """Return the folder in which pointers begin and may lead."""
    root = Path(dataset.meta["source"]["path"])
    return root if root.is_dir() else root.parent


def _decoded(file: Path, folder: Path, part: str, kind: str) -> np.ndarray:
    """Decode a picture file, or its left or right half."""
    pixels = (pictures.colours if kind == "image" else pictures.grey)(file, folder=folder)
    middle = pixels.shape[1] // 2
    halves = {"": pixels, "left": pixels[:, :middle], "right": pixels[:, middle:]}
    if part not in halves or not halves[part].size:
        raise ValueError(f"no part {part!r} in a picture {pixels.shape[1]} pixels wide")
    return halves[part] if pixels.ndim == 3 else _three(halves[part])


def _from_mat(file: Path, folder: Path, part: str, kind: str) -> np.ndarray:
    """Read one entry of a MATLAB 7.3 array, whose axes are transposed."""
    name, index = part.split("/")
    with hdf5.opened(file, folder=folder) as content:
        array = content[name]
        if not isinstance(array, h5py.Dataset) or array.dtype.kind not in "uf":
            raise ValueError(f"{getattr(array, 'dtype', 'a group')}, not numbers")
        values = array[int(index)]
    if kind == "image":
        if values.dtype != np.uint8 or values.shape[:-2] != (3,):
            raise ValueError(f"{values.dtype} of shape {values.shape}, not uint8 (3, width, height)")
        return np.ascontiguousarray(values.transpose(2, 1, 0))  # (3, W, H) -> (H, W, 3)
    if values.ndim != 2 or not np.isfinite(values).all():
        raise ValueError(f"shape {values.shape}, perhaps with NaN, not finite metres (width, height)")
    return _three(np.clip(values.T * DEPTH_STEPS, 0, 255).round().astype(np.uint8))


def _three(grey: np.ndarray) -> np.ndarray:
    """Return grey (H, W) in three equal channels, (H, W, 3)."""
    return np.repeat(grey[..., None], 3, axis=2)
