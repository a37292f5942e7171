"""Where a number comes from: configuration, data, code and machine, each as plain values or a hash."""

import ast
import hashlib
import importlib.util
import json
import platform
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch

import euar

_PACKAGE = Path(euar.__file__).parent
#: What every number depends on, besides what trains and measures it.
_ROOTS = (
    "euar.training.fit",
    "euar.training.predict",
    "euar.systems.linear",
    "euar.data.dataset",
    "euar.data.precision",
    "euar.data.scaling",
    "euar.data.simulated",
    "euar.data.corruption",
    "euar.data.features.attach",
    "euar.data.features.corruptions",
)
#: What carries numbers and decides none. Data sets have a hash of their own, so their readers are here.
_CARRIERS = (
    "euar",
    "euar.data",
    "euar.files",
    "euar.processes",
    "euar.progress",
    "euar.resources",
    "euar.sealed",
    "euar.training.checkpoints",
    "euar.training.origin",
    "euar.training.predictions",
    "euar.training.provenance",
    "euar.training.run_files",
    "euar.training.runs",
    "euar.training.saved",
    "euar.experiments.store",
    "euar.experiments.comparison",
)


#: Modules of types alone. What of theirs is used for more than that stands by its name where it is used.
_TYPING = ("typing", "collections.abc", "numpy.typing")


def describe(config: Any) -> dict[str, Any]:
    """Return a model's configuration as plain values, with its type.

    Raises:
        ValueError: the configuration has no `to_dict`, so that runs could not be told apart.
    """
    if not hasattr(config, "to_dict"):
        raise ValueError(f"config: {type(config).__name__} needs a to_dict() to be written down; add one")
    return {"type": dotted(type(config)), **_parts(config), **config.to_dict()}


def dotted(kind: type) -> str:
    """Return the name of a type by which it is found again."""
    return f"{kind.__module__}.{kind.__qualname__}"


def fields_of(model: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `to_dict` said in what `describe` returned."""
    return {name: value for name, value in model.items() if name not in ("type", "parts")}


def model_types(model: Mapping[str, Any]) -> list[str]:
    """Return the types whose code decides a model, the configuration's first.

    Args:
        model: as `describe` returns it.
    """
    return [model["type"], *model.get("parts", ())]


def _parts(config: Any) -> dict[str, list[str]]:
    """The types that a configuration finds by a name of its own, such as the system on top of encoders."""
    found = getattr(config, "parts", ())
    return {"parts": [dotted(kind) for kind in found]} if found else {}


def environment(device: torch.device) -> dict[str, Any]:
    """Return the versions, device and threads of this process."""
    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else device.type,
        "threads": 1,  # see device.one_thread
    }


def code(types: Iterable[str]) -> dict[str, Any]:
    """Return version, hash and, in a checkout, commit and whether the package differs from it (else null)."""
    commit = _git("rev-parse", "HEAD")
    changes = _git("status", "--porcelain", "--", str(_PACKAGE))  # new results do not change the code
    dirty = None if commit is None else bool(changes)
    return {"version": euar.__version__, "sha256": code_sha256(types), "commit": commit, "dirty": dirty}


def code_sha256(types: Iterable[str]) -> str:
    """Return a hash of the code that decides a number.

    It covers the modules of some types, training and its scores, the linear baselines, the corruption of
    data, and whatever of the same packages these import, directly or not. What only carries numbers (files,
    records, readers) does not count, nor do comments, docstrings, annotations and layout; the hash is the
    same for every version of Python.

    Args:
        types: dotted names: the configuration that was trained, such as `"euar.model.EUARConfig"`, and what
            measured it. They may come from outside `euar`; one that cannot be found counts as nothing.
    """
    todo, seen = [*(name.rpartition(".")[0] for name in types), *_ROOTS], {}
    while todo:
        module = todo.pop()
        source = _source(module)
        if source is not None and module not in seen:
            stamp = source.stat()
            seen[module], imports = _read(source, stamp.st_mtime_ns, stamp.st_size)
            todo += [name for name in map(_module, imports) if _decides(name, module)]
    return hashlib.sha256(repr(sorted(seen.items())).encode()).hexdigest()


def key(config: dict[str, Any], data_sha256: str, code_sha256: str) -> str:
    """Return the name of a result: 16 hexadecimal digits that stand for configuration, data and code."""
    whole = json.dumps({"config": config, "data": data_sha256, "code": code_sha256}, sort_keys=True)
    return hashlib.sha256(whole.encode()).hexdigest()[:16]


def _decides(name: str, importer: str) -> bool:
    """Whether an import can change a number: it is from `euar` or the importer's package, and no carrier."""
    followed = name.partition(".")[0] in ("euar", importer.partition(".")[0])
    carrier = name in _CARRIERS or (name.startswith("euar.data.") and not name.startswith(_ROOTS))
    return followed and not carrier


def _source(module: str) -> Path | None:
    """The file of a module, or None where there is none."""
    package, *parts = module.split(".")
    if package != "euar":
        return _source_elsewhere(module)
    path = _PACKAGE.joinpath(*parts)
    return next((p for p in (path.with_suffix(".py"), path / "__init__.py") if p.is_file()), None)


def _source_elsewhere(module: str) -> Path | None:
    try:
        found = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        return None
    return Path(found.origin) if found and found.origin and found.origin.endswith(".py") else None


def _module(name: str) -> str:
    """The module that an imported name is, or stands in."""
    return name if _source(name) else name.rpartition(".")[0]


@lru_cache(maxsize=512)
def _read(source: Path, changed: int, size: int) -> tuple[str, Sequence[str]]:  # noqa: ARG001  the cache's key
    """A file's meaning as a hash, and the dotted names that it imports."""
    tree = ast.parse(source.read_bytes())
    imports = _imports(tree)
    return hashlib.sha256(repr(_meaning(_Unannotated().visit(tree))).encode()).hexdigest(), imports


def _imports(tree: ast.Module) -> list[str]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return found


def _meaning(node: Any) -> Any:
    """A syntax tree as nested tuples, without docstrings and without fields that are empty."""
    if isinstance(node, ast.AST):
        fields = [(name, value) for name, value in ast.iter_fields(node) if value not in (None, [])]
        return (type(node).__name__, *((name, _meaning(value)) for name, value in fields))
    if isinstance(node, list):
        return tuple(_meaning(part) for part in node if not _is_docstring(part))
    return repr(node)


class _Unannotated(ast.NodeTransformer):
    """Takes annotations out of a tree, and the imports that only they need.

    What is annotated in a class stays a field there, which dataclasses and named tuples are made of.
    """

    def visit_arg(self, node: ast.arg) -> ast.AST:
        return ast.arg(node.arg)

    def visit_FunctionDef(self, node: Any) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815  ast's name

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        return ast.Assign([node.target], node.value) if node.value else None

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.body = [
            _field(part) if isinstance(part, ast.AnnAssign) else self.visit(part) for part in node.body
        ]
        return node

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST | None:
        return None if node.module in _TYPING else node


def _field(node: ast.AnnAssign) -> ast.AnnAssign:
    """A field without its type, unless the type says that it is no ordinary one."""
    if not any(kind in ast.unparse(node.annotation) for kind in ("ClassVar", "InitVar", "KW_ONLY")):
        node.annotation = ast.Constant(None)
    return node


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
