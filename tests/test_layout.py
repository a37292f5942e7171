"""Private names stay at home: `a.b._c` and `_name` are imported within `a.b` and below it, nowhere else."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted(ROOT.glob("euar/**/*.py"))


def intruders(tree: ast.AST, importer: str, packages: set[str]) -> Iterator[str]:
    """Yield the private names of other packages that a module imports or takes from an imported module.

    Args:
        tree: the module.
        importer: the package that holds it.
        packages: all packages; a private name of another module belongs to that module's package.
    """
    for name in private_names(tree):
        parts = name.split(".")
        first = next(place for place, part in enumerate(parts) if part.startswith("_"))
        home = ".".join(parts[:first])
        home = home if home in packages else home.rpartition(".")[0]
        if not f"{importer}.".startswith(f"{home}."):
            yield name


def private_names(tree: ast.AST) -> Iterator[str]:
    """Yield the dotted names of `euar` with a private part that a module imports or mentions."""
    modules = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            modules |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    mentioned = [
        f"{modules[node.value.id]}.{node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules
    ]
    for name in {*modules.values(), *mentioned}:
        parts = name.split(".")
        if parts[0] == "euar" and any(part.startswith("_") and part[:2] != "__" for part in parts):
            yield name


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).parts)


PACKAGES = {dotted(file.parent) for file in FILES}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_private_names_stay_in_their_package(file):
    tree = ast.parse(file.read_text(encoding="utf-8"))
    assert not sorted(intruders(tree, dotted(file.parent), PACKAGES))


@pytest.mark.parametrize(
    ("code", "importer", "found"),
    [
        ("from euar.data._checks import check", "euar.data.corruption", []),
        ("from euar.data._checks import check", "euar.cli", ["euar.data._checks.check"]),
        ("from euar.data.dataset import _spread", "euar.data", []),
        ("from euar.data.dataset import _spread", "euar.training", ["euar.data.dataset._spread"]),
        ("from euar.data import raw\nraw._open()", "euar.cli", ["euar.data.raw._open"]),
        ("import euar._layers", "euar.cli", []),
        ("import sys\nsys._getframe()\nfrom os import _exit", "euar.cli", []),
    ],
)
def test_what_counts_as_an_intruder(code, importer, found):
    packages = {"euar", "euar.data", "euar.data.corruption", "euar.cli", "euar.training"}
    assert list(intruders(ast.parse(code), importer, packages)) == found


@pytest.fixture(scope="module")
def trees():
    return {file: ast.parse(file.read_text(encoding="utf-8")) for file in FILES}


@pytest.mark.parametrize("name", ["Source", "report", "run"])
def test_a_name_means_one_thing(name, trees):
    """It is one class, one name that a module gives to something, or one module."""
    given = [
        file
        for file, tree in trees.items()
        for node in tree.body
        if (isinstance(node, ast.ClassDef) and node.name == name)
        or (isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name)
    ]
    assert len([*given, *(file for file in FILES if file.stem == name)]) == 1


def test_functions_are_short(trees):
    """At most 30 lines besides the head and the docstring."""
    assert [
        f"{dotted(file)}: {node.name}"
        for file, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and lines(node) > 30
    ] == []


def test_files_are_short():
    long = {dotted(file): len(file.read_text("utf-8").splitlines()) for file in FILES}
    assert {name: count for name, count in long.items() if count > 300} == {}


def lines(function: ast.FunctionDef) -> int:
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0
