"""A tiny folder of colours and depth side by side, in the layout of TRecgNet and QMF."""

from pathlib import Path

from tests.data.readers.writers._pictures import pixels, save
from tests.data.readers.writers.nyud._rows import HEIGHT, ROWS, WIDTH


def write(folder: Path) -> Path:
    """Write the pictures and return the folder."""
    for number, _, label, word in ROWS:
        path = folder / "nyud2_trainvaltest" / word / label / f"{number:04d}.png"
        save(path, pixels(number, (HEIGHT, 2 * WIDTH, 3)))
    return folder
