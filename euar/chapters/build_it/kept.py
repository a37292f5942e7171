"""The reader's own program, kept beside the notebooks: exercises of later chapters begin with it."""

from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from euar.chapters.build_it import program
from euar.chapters.build_it.lines import source_of

FILE = "my_euar.py"
_IMPORTS = "import torch\nfrom torch import nn\nfrom torch.nn.functional import mse_loss, one_hot"


def keep(*parts: Callable[..., Any], folder: Path = Path()) -> Path:
    """Write functions and classes of a notebook into `my_euar.py`, and return its path.

    Args:
        *parts: see `source_of`; what they use of each other is among them, in any order.
        folder: that of the notebooks.
    """
    path = folder / FILE
    path.write_text("\n\n\n".join([_IMPORTS, *map(source_of, parts)]) + "\n", encoding="utf-8")
    return path


def kept(folder: Path = Path()) -> Any:
    """Return a module with `EUAR` and its parts: the reader's, or the page's where none was kept.

    Args:
        folder: that of the notebooks.
    """
    spec = spec_from_file_location("my_euar", folder / FILE)
    if not (folder / FILE).exists() or spec is None or spec.loader is None:
        return program
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
