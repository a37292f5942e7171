"""Pictures as squares of one size, decoded once and kept in the cache, from which single rows are read."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from filelock import FileLock
from numpy.lib.format import write_array_header_1_0

from euar.data.cached import named
from euar.data.dataset import MultimodalDataset
from euar.data.errors import DataError
from euar.data.features.corruptions import Corruption
from euar.data.pictures.squares import square, stretched
from euar.data.prepared.items import check_kind, items
from euar.files import atomic
from euar.folders import cache_folder
from euar.progress import progress_bar

Shape = Literal["crop", "stretch"]


@dataclass(frozen=True)
class Squares:
    """The pictures of n rows in a file, opened when some are read, so that it can go to another process.

    Attributes:
        path: of a NumPy file, uint8 (n, side, side, 3).
    """

    path: Path

    def rows(self, index: np.ndarray) -> np.ndarray:
        """Return the pictures at `index`, (B,) int64: uint8 (B, 3, side, side).

        Raises:
            DataError: the file is damaged or gone.
        """
        try:
            every = np.load(self.path, mmap_mode="r", allow_pickle=False)
            return np.ascontiguousarray(every[index].transpose(0, 3, 1, 2))
        except (OSError, ValueError) as error:
            remedy = "delete it, and the same command makes it again"
            raise DataError(self.path, "pixels", "pictures of the cache", str(error)[:200], remedy) from error


def pixels(  # noqa: PLR0913  what to do, and where; all but three have defaults
    dataset: MultimodalDataset,
    modality: str,
    side: int,
    shape: Shape = "crop",
    *,
    corruption: Corruption | None = None,
    cache: Path | None = None,
    progress: bool | None = None,
) -> Squares:
    """Return the pictures of every row as squares; noise is added before they are resized.

    Args:
        dataset: a set with raw pictures or depth maps.
        modality: which of them.
        side: of the squares, in pixels.
        shape: `"crop"` keeps the middle, `"stretch"` all of the picture.
        corruption: noise on the rows that it hits; None: none.
        cache: folder of the file; `EUAR_CACHE/pixels` by default.
        progress: show a bar; None: on a terminal.

    Raises:
        DataError: there are no such pictures, or one cannot be read.
    """
    check_kind(dataset, modality, "image", "depth")
    header = {"shape": shape, "side": str(side), "corruption": str(corruption or "none")}
    path = (cache or cache_folder() / "pixels") / f"{named(dataset, modality, header)}.npy"
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_suffix(".lock")):
        if not path.exists():
            with (
                atomic(path) as temporary,
                temporary.open("wb") as file,
                progress_bar(progress, len(dataset)) as tick,
            ):
                write_array_header_1_0(file, _header(len(dataset), side))
                for picture in items(dataset, modality, corruption):
                    file.write(_SHAPES[shape](np.asarray(picture), side).tobytes())
                    tick(modality, 1)
    return Squares(path)


def _header(rows: int, side: int) -> dict[str, Any]:
    return {"descr": "|u1", "fortran_order": False, "shape": (rows, side, side, 3)}


_SHAPES: dict[Shape, Callable[[np.ndarray, int], np.ndarray]] = {
    "crop": lambda picture, side: square(picture, side, side),
    "stretch": stretched,
}
