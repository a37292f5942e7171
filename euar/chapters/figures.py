"""The figures of an executed chapter, with the names of their cells."""

import base64
import json
from pathlib import Path
from typing import Any

from euar.files import reading

#: Where the checkout keeps executed chapters, a folder a profile.
EXECUTED = "_build/executed"
_SUFFIXES = {"image/svg+xml": "svg", "image/png": "png", "image/jpeg": "jpg"}  # the first that is there


def figures_of(notebook: Path) -> dict[str, bytes]:
    """Return {file name: content} of the pictures of an executed notebook: CHAPTER-CELL.png.

    A cell with several numbers them from 2 on.

    Raises:
        DamagedFileError: the file is no notebook.
    """
    found: dict[str, bytes] = {}
    with reading(notebook, "an executed notebook", "build the book again"):
        for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
            pictures = list(filter(None, map(_picture, cell.get("outputs", ()))))
            for place, (suffix, content) in enumerate(pictures, start=1):
                number = "" if place == 1 else f"-{place}"
                found[f"{notebook.stem}-{cell['id']}{number}.{suffix}"] = content
    return found


def _picture(output: dict[str, Any]) -> tuple[str, bytes] | None:
    data = output.get("data", {})
    for kind, suffix in _SUFFIXES.items():
        if kind in data:
            text = "".join(data[kind])
            return suffix, text.encode() if suffix == "svg" else base64.b64decode(text)
    return None
