"""What can be measured, by name; and an experiment from outside the package."""

import re
import subprocess
import sys

import pytest

from euar import chapters
from euar.chapters.measurements import measurements, names
from euar.experiments import store
from euar.experiments.measurement import Measurement
from tests.chapters.controls import BOOK
from tests.training.tiny import dataset

OUTSIDE = """
from dataclasses import dataclass

from euar.experiments.measurement import Fitted
from euar.training import Recipe
from my_lab.systems import MeanConfig


@dataclass(frozen=True, kw_only=True)
class Mean(Fitted):
    @property
    def name(self):
        return "mean"

    def config(self, dataset):
        return MeanConfig(tuple(dataset.in_features.items()))


def measurements():
    return [Mean(data="data.h5", seeds=(0, 1), recipe=Recipe(epochs=1))]
"""
KNOWN = names()
BENCHMARKS = ("mosi", "mosei", "mvsa", "nyud")
SYSTEM = "from tests.training.tiny import TinyConfig as MeanConfig\n"


@pytest.mark.parametrize("name", BENCHMARKS)
def test_a_benchmark_chapter_names_the_recipe_that_was_measured(name):
    pages = (BOOK / f"{name}.ipynb", BOOK / f"{name}_deeper.ipynb")
    said = [
        pair
        for page in pages
        for pair in re.findall(r"(\d+) epochs in batches of (\d+)", page.read_text("utf-8"))
    ]
    recipes = {(str(one.recipe.epochs), str(one.recipe.batch_size)) for one in measurements(name)[1]}
    assert said
    assert set(said) == recipes


@pytest.mark.parametrize("name", KNOWN)
def test_every_chapter_that_measures_says_what(name):
    experiment, asked = measurements(name)
    assert experiment == name
    assert asked
    assert all(isinstance(one, Measurement) for one in asked)
    assert len({repr(one) for one in asked}) == len(asked)


def test_a_new_chapter_measures_by_its_folder_alone(tmp_path, monkeypatch):
    (tmp_path / "made_up").mkdir()
    (tmp_path / "made_up" / "__init__.py").touch()
    (tmp_path / "made_up" / "measure.py").write_text("def measurements():\n    return ['one']\n")
    monkeypatch.setattr(chapters, "__path__", [*chapters.__path__, str(tmp_path)])
    try:
        assert set(names()) == {*KNOWN, "made_up"}
        assert measurements("made_up") == ("made_up", ["one"])
    finally:
        for name in [name for name in sys.modules if name.startswith("euar.chapters.made_up")]:
            del sys.modules[name]


def test_every_folder_of_results_is_one_of_a_chapter():
    assert set(store.experiments()) <= set(names())


def test_an_unknown_experiment_lists_the_known():
    with pytest.raises(ValueError, match=r"expected one of .*mosi, .*found 'table'"):
        measurements("table")


@pytest.mark.parametrize("name", ["my.nowhere", "euar.model"])
def test_a_module_without_measurements_is_told_so(name):
    with pytest.raises(ValueError, match=f"'{name}': expected a module with a function measurements"):
        measurements(name)


def test_an_experiment_from_outside_touches_nothing_here(tmp_path):
    (tmp_path / "my_lab").mkdir()
    (tmp_path / "my_lab" / "systems.py").write_text(SYSTEM)
    (tmp_path / "my_lab" / "averages.py").write_text(OUTSIDE)
    dataset(120).to_hdf5(tmp_path / "data.h5")
    command = [sys.executable, "-m", "euar", "experiment", "my_lab.averages", "--out", "results"]
    for _ in range(2):  # the second time there is nothing to do
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    (result,) = store.load_results("averages", tmp_path / "results")
    assert result["config"]["measurement"] == "my_lab.averages.Mean"
    assert result["config"]["model"]["type"] == "tests.training.tiny.TinyConfig"
    assert store.load_predictions(result, tmp_path / "results")["test"].values.shape == (2, 30)
