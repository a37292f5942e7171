import ast
import shutil
import subprocess
from pathlib import Path

import pytest
import torch

import euar
from euar.training import provenance

EUAR = ["euar.model.EUARConfig"]


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A copy of the package whose files a test may change."""
    package = tmp_path / "euar"
    shutil.copytree(Path(euar.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(provenance, "_PACKAGE", package)
    return package


@pytest.mark.parametrize(
    "file",
    [
        "experts.py",
        "model.py",
        "training/loop.py",
        "training/metrics.py",
        "systems/linear.py",
        "data/dataset.py",
        "data/scaling.py",
        "training/targets.py",
    ],
)
def test_the_hash_follows_what_results_depend_on(file, copy):
    before = provenance.code_sha256(EUAR)
    path = copy / file
    path.write_text(path.read_text() + "\nANSWER = 42\n")
    assert provenance.code_sha256(EUAR) != before


@pytest.mark.parametrize(
    "file", ["cli/__init__.py", "experiments/train.py", "resources.py", "training/saved.py"]
)
def test_the_hash_ignores_the_rest(file, copy):
    before = provenance.code_sha256(EUAR)
    path = copy / file
    path.write_text(path.read_text() + "\nANSWER = 42\n")
    assert provenance.code_sha256(EUAR) == before


ROW = [*EUAR, "euar.experiments.row.Row"]
RAW = ["euar.encoders.EndToEndConfig", "euar.training.raw_source.RawSource"]


@pytest.mark.parametrize(("types", "counts"), [(ROW, False), (RAW, True)])
@pytest.mark.parametrize("file", ["encoders/text.py", "training/raw_rows.py"])
def test_encoders_count_where_they_train(types, counts, file, copy):
    before = provenance.code_sha256(types)
    path = copy / file
    path.write_text(path.read_text() + "\nANSWER = 42\n")
    assert (provenance.code_sha256(types) != before) == counts


def test_comments_docstrings_and_layout_do_not_count(copy):
    before = provenance.code_sha256(EUAR)
    path = copy / "experts.py"
    path.write_text(ast.unparse(ast.parse(path.read_text())) + '\n\n# a comment\n"""A string."""\n')
    assert provenance.code_sha256(EUAR) == before


UNTYPED = """
from dataclasses import dataclass

@dataclass
class Pair:
    first: ...
    second: ... = 2

    def total(self, scale=1, *more, **names):
        found = self.first * scale
        return found + self.second

LIMIT = 3
"""
TYPED = """
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

@dataclass
class Pair:
    first: float
    second: "int | None" = 2

    def total(self, scale: float = 1, *more: int, **names: Mapping[str, Any]) -> float:
        unset: int
        found: float = self.first * scale
        return found + self.second

LIMIT: int = 3
"""


def meaning(source, folder):
    (folder / "module.py").write_text(source)
    return provenance._read.__wrapped__(folder / "module.py", 0, 0)[0]


def test_annotations_and_what_only_they_import_do_not_count(tmp_path):
    assert meaning(TYPED, tmp_path) == meaning(UNTYPED, tmp_path)
    awaited = "async def f(x{}){}: return x"
    assert meaning(awaited.format(": int", " -> int"), tmp_path) == meaning(awaited.format("", ""), tmp_path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    first: float\n", ""),
        ("    first: float\n", "    other: float\n"),
        ("    first: float\n", "    first: float = 1\n"),
        ('    second: "int | None" = 2\n', "    second = 2\n"),  # no field of a dataclass any more
        ("first: float", "first: ClassVar[float]"),
        ("    first: float", "    _: KW_ONLY\n    first: float"),
        (" = 2", " = 3"),
        ("scale: float = 1", "scale: float = 2"),
        ("scale: float", "factor: float"),
        ("*more: int", "*rest: int"),
        ("self.first * scale", "self.first / scale"),
        ("LIMIT: int = 3", "LIMIT: int = 4"),
        ("LIMIT: int = 3", "limit: int = 3"),
        ("from dataclasses import", "from attrs import"),
    ],
)
def test_fields_names_and_values_count(old, new, tmp_path):
    assert TYPED.count(old) == 1
    assert meaning(TYPED.replace(old, new), tmp_path) != meaning(TYPED, tmp_path)


def test_the_order_of_fields_counts(tmp_path):
    first, second = "    first: float\n", '    second: "int | None" = 2\n'
    turned = TYPED.replace(first + second, second + first)
    assert meaning(turned, tmp_path) != meaning(TYPED, tmp_path)


def test_every_constant_counts():
    shapes = {
        str(provenance._meaning(ast.parse(f"x = {value}"))) for value in ("1", "1.0", "'1'", "None", "True")
    }
    assert len(shapes) == 5


def test_a_model_that_is_nowhere_shares_the_rest():
    nothing, nowhere, ours = map(provenance.code_sha256, ([], ["other.Config"], EUAR))
    assert nothing == nowhere != ours


def test_a_model_from_elsewhere_counts_and_so_does_what_it_takes_from_here(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    elsewhere, hashes = tmp_path / "my_model.py", set()
    for part in ("concat", "late_fusion", "linear  # a comment"):
        elsewhere.write_text(f"from euar.systems import {part}\n")
        hashes.add(provenance.code_sha256(["my_model.Config"]))
    assert len(hashes | {provenance.code_sha256([])}) == 4


def test_the_key_depends_on_each_part():
    keys = {provenance.key({"lr": lr}, data, code) for lr in (1, 2) for data in "ab" for code in "cd"}
    assert len(keys) == 8
    assert provenance.key({"a": 1, "b": 2}, "d", "c") == provenance.key({"b": 2, "a": 1}, "d", "c")


def test_commit_and_dirt_of_a_checkout(copy):
    def git(*arguments):
        identity = ["-c", "user.name=a", "-c", "user.email=a@b.c"]
        subprocess.run(["git", "-C", copy.parent, *identity, *arguments], check=True, capture_output=True)

    assert provenance.code(EUAR)["commit"] is None
    assert provenance.code(EUAR)["dirty"] is None
    git("init")
    git("add", ".")
    git("commit", "-m", "x")
    assert len(provenance.code(EUAR)["commit"]) == 40
    (copy.parent / "results.json").write_text("{}")
    assert provenance.code(EUAR)["dirty"] is False
    (copy / "model.py").write_text("x = 1\n")
    assert provenance.code(EUAR)["dirty"] is True


def test_environment():
    found = provenance.environment(torch.device("cpu"))
    assert found["torch"] == torch.__version__
    assert found["device"] == "cpu"
    assert set(found) == {"python", "torch", "numpy", "device", "threads"}
