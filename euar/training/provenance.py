"""Where a number comes from: configuration, data, code and machine, each as plain values or a hash."""

import ast
import hashlib
import json
import platform
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import torch

import euar

_PACKAGE = Path(euar.__file__).parent
#: What every result depends on besides the model's own module; data sets have a hash of their own.
_ROOTS = ("euar.training.loop", "euar.systems.linear")


def describe(config: Any) -> dict[str, Any]:
    """Return a model's configuration as plain values, with its type.

    Raises:
        ValueError: the configuration has no `to_dict`, so that runs could not be told apart.
    """
    if not hasattr(config, "to_dict"):
        raise ValueError(f"config: {type(config).__name__} needs a to_dict() to be written down; add one")
    return {"type": f"{type(config).__module__}.{type(config).__qualname__}", **config.to_dict()}


def environment(device: torch.device) -> dict[str, Any]:
    """Return the versions, device and threads of this process."""
    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else device.type,
        "threads": 1,  # see device.one_thread
    }


def code(config_type: str) -> dict[str, Any]:
    """Return version, hash and, in a checkout, commit and whether the package differs from it (else null)."""
    commit = _git("rev-parse", "HEAD")
    changes = _git("status", "--porcelain", "--", str(_PACKAGE))  # new results do not change the code
    dirty = None if commit is None else bool(changes)
    return {"version": euar.__version__, "sha256": code_sha256(config_type), "commit": commit, "dirty": dirty}


def code_sha256(config_type: str) -> str:
    """Return a hash of the code that a model's results depend on.

    It covers the module of the configuration, the training loop, the linear baselines, and whatever of `euar`
    these import, directly or not; modules outside `euar` are not followed. Comments, docstrings and layout do
    not count, and the hash is the same for every version of Python.

    Args:
        config_type: dotted name of the configuration's class, such as `"euar.model.EUARConfig"`.
    """
    todo, seen = [config_type.rpartition(".")[0], *_ROOTS], {}
    while todo:
        source = _source(todo.pop())
        if source is not None and source not in seen:
            tree = ast.parse(source.read_bytes())
            seen[source] = tree
            todo += _imports(tree)
    parts = [(path.relative_to(_PACKAGE).as_posix(), _meaning(tree)) for path, tree in seen.items()]
    return hashlib.sha256(repr(sorted(parts)).encode()).hexdigest()


def key(config: dict[str, Any], data_sha256: str, code_sha256: str) -> str:
    """Return the name of a result: 16 hexadecimal digits that stand for configuration, data and code."""
    whole = json.dumps({"config": config, "data": data_sha256, "code": code_sha256}, sort_keys=True)
    return hashlib.sha256(whole.encode()).hexdigest()[:16]


def _source(module: str) -> Path | None:
    """The file of a module inside `euar`, or None for anything else."""
    parts = module.split(".")
    if parts[0] != "euar" or len(parts) == 1:
        return None
    path = _PACKAGE.joinpath(*parts[1:])
    return next((p for p in (path.with_suffix(".py"), path / "__init__.py") if p.is_file()), None)


def _imports(tree: ast.Module) -> list[str]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            found += [name if _source(name) else node.module for name in names]
    return found


def _meaning(node: Any) -> Any:
    """A syntax tree as nested tuples, without docstrings and without fields that are empty."""
    if isinstance(node, ast.AST):
        fields = [(name, value) for name, value in ast.iter_fields(node) if value not in (None, [])]
        return (type(node).__name__, *((name, _meaning(value)) for name, value in fields))
    if isinstance(node, list):
        return tuple(_meaning(part) for part in node if not _is_docstring(part))
    return repr(node)


def _is_docstring(node: Any) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _git(*arguments: str) -> str | None:
    """What git answers in the checkout around the package; None without git or checkout."""
    root = _PACKAGE.parent
    if not (root / ".git").exists():  # an installed package may lie inside somebody else's checkout
        return None
    command = ["git", "-C", str(root), *arguments]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None
