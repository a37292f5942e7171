"""Write into every chapter how long it takes to read: `python tools/state_minutes.py`.

The line that begins with `**Time:**` is computed from the chapter, see `bookbuild.reading`.
"""

from pathlib import Path

import nbformat
from bookbuild.reading import TIME, reading

ROOT = Path(__file__).resolve().parents[1]


def state(path: Path) -> bool:
    """Write a notebook's time into it; return whether it was another one.

    Raises:
        ValueError: not exactly one line of the notebook begins with `**Time:**`.
    """
    text = path.read_text(encoding="utf-8")
    sentence = reading(nbformat.reads(text, as_version=4)).sentence
    stated, count = TIME.subn(sentence, text)
    if count != 1:
        raise ValueError(f"{path.name}: expected one line that begins with **Time:**, found {count}")
    if stated != text:
        path.write_text(stated, encoding="utf-8")
    return stated != text


if __name__ == "__main__":
    for chapter in sorted((ROOT / "book").glob("*.ipynb")):
        if state(chapter):
            print(f"{chapter.name}: time written")
