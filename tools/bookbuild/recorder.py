"""IPython extension, loaded into a chapter's kernel: notes which files of the repository the chapter uses.

After each cell it writes `$EUAR_BOOK_RECORD`: {"files": [...], "device": "..."}. A file is used if it is a
loaded `euar` module or was opened; a folder, if it was listed. HDF5 opens files behind Python's back: once
`euar.data` is loaded, every HDF5 file of `data/` counts as used.
"""

import json
import os
import sys
from pathlib import Path

ROOT = Path(os.environ.get("EUAR_BOOK_ROOT", ".")).resolve()
SHIPPED = ("euar", "data", "results", "book")
HDF5 = {str(path.relative_to(ROOT)) for path in ROOT.glob("data/*.h5")}
used: set[str] = set()


def load_ipython_extension(shell):
    """Start to watch (called by IPython)."""
    sys.addaudithook(_watch)
    shell.events.register("post_run_cell", _save)


def _watch(event: str, arguments: tuple) -> None:
    if event in ("open", "os.listdir", "os.scandir") and isinstance(arguments[0], str | os.PathLike):
        name = _shipped(Path(arguments[0]))
        listed = name and event != "open" and name.startswith("euar")
        if name and not (listed or name.endswith(".py") or "__pycache__" in name):  # see `_save` for modules
            used.add(name)


def _shipped(path: Path) -> str | None:
    path = path.resolve()
    external = os.environ.get("EUAR_DATA")
    if external and path.is_relative_to(external):
        return str(path)
    inside = path.is_relative_to(ROOT) and path.relative_to(ROOT)
    return str(inside) if inside and inside.parts[:1] and inside.parts[0] in SHIPPED else None


def _save(_result) -> None:
    loaded = sys.modules.copy()  # in one step: whatever the collector runs meanwhile may import
    modules = [module for name, module in loaded.items() if name.split(".")[0] == "euar"]
    files = {_shipped(Path(module.__file__)) for module in modules if getattr(module, "__file__", None)}
    if "euar.data" in sys.modules:
        files |= HDF5
    note = {"files": sorted((used | files) - {None}), "device": _device()}
    Path(os.environ["EUAR_BOOK_RECORD"]).write_text(json.dumps(note), encoding="utf-8")


def _device() -> str:
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_initialized():
        return torch.cuda.get_device_name()
    return "cpu"
