"""What the environments of the hosted-notebook check contain."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import check_colab
import nbformat
import pytest
from bookbuild.record import LIBRARIES

PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
DISTRIBUTIONS = packages_distributions()
NO_NUMBERS = {"filelock", "pooch", "pyyaml", "requests", "rich", "typer"}


@pytest.mark.parametrize(
    ("requirement", "pinned"), [("torch>=2.4,<3", "torch==2.4"), ("scikit-learn>=1.8", "scikit-learn==1.8")]
)
def test_a_lower_bound_becomes_a_pin(requirement, pinned):
    assert check_colab.lowest(requirement) == pinned


def test_what_makes_numbers_is_in_the_key_of_an_execution_and_in_the_record_of_this_check():
    needed = PROJECT["dependencies"] + PROJECT["optional-dependencies"]["cli"]
    names = {re.match(r"[\w-]+", requirement)[0] for requirement in needed}
    assert set(LIBRARIES) == names - NO_NUMBERS
    assert set(LIBRARIES) < set(check_colab.SHOWN)


def test_the_lowest_environment_pins_what_the_package_needs_and_the_newest_nothing():
    low, new = check_colab.requirements("lowest"), check_colab.requirements("newest")
    assert "torch==2.10" in low
    assert "torch>=2.10,<3" in new
    assert len(low) == len(new)
    assert set(check_colab.KERNEL) < set(low)


def test_both_environments_hold_what_chapters_import():
    nodes = [node for path in Path(__file__).parents[2].glob("book/*.ipynb") for node in imports(path)]
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    modules = plain | {node.module for node in nodes if isinstance(node, ast.ImportFrom)}
    others = {module.partition(".")[0] for module in modules} - sys.stdlib_module_names - {"euar"}
    found = {re.match(r"[\w-]+", requirement)[0] for requirement in check_colab.requirements("newest")}
    brought = {"ipython"}  # by ipykernel
    missing = {m for m in others if not {name.lower() for name in DISTRIBUTIONS[m]} & (found | brought)}
    assert not missing


def imports(path):
    cells = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    trees = [ast.parse(source) for source in cells]
    return [n for tree in trees for n in ast.walk(tree) if isinstance(n, ast.Import | ast.ImportFrom)]


def test_neither_settings_nor_this_checkout_reach_the_chapters(monkeypatch, tmp_path):
    monkeypatch.setenv("EUAR_DATA", "somewhere")
    monkeypatch.setenv("PYTHONPATH", "here")
    found = check_colab.outside(tmp_path)
    assert not {"EUAR_DATA", "PYTHONPATH"} & set(found)
    assert found["PATH"].startswith(str(tmp_path / "venv" / "bin"))
