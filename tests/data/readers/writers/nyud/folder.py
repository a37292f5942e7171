"""A tiny indexed folder in the layout of `nyud2.csv`."""

from pathlib import Path

from tests.data.readers.writers._pictures import pixels, save
from tests.data.readers.writers.nyud._rows import HEIGHT, ROWS, WIDTH


def write(folder: Path) -> Path:
    """Write the list and its pictures, and return the folder."""
    lines = ["id,split,scene27,class10,rgb,depth"]
    for number, scene, label, word in ROWS:
        rgb, depth = f"rgb256/{number:04d}.jpg", f"depth256/{number:04d}.png"
        save(folder / rgb, pixels(number, (HEIGHT, WIDTH, 3)))
        save(folder / depth, pixels(100 + number, (HEIGHT, WIDTH)))
        lines.append(f"{number},{word},{scene},{label},{rgb},{depth}")
    (folder / "nyud2.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder
