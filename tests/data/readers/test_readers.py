"""Every reader keeps the contract, stands in its source's list, and has a writer and a test."""

import pkgutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from euar.data import DataError, readers
from euar.data.readers import contract
from tests.data.readers.writers.nyud import folder as nyud
from tests.data.readers.writers.own import npz as own_npz

SOURCES = [found.name for found in pkgutil.iter_modules(readers.__path__) if found.ispkg]
MODULES = [
    import_module(f"euar.data.readers.{source}.{found.name}")
    for source in SOURCES
    for found in pkgutil.iter_modules(import_module(f"euar.data.readers.{source}").__path__)
    if not found.name.startswith("_")
]
UNSEEN = {"csd", "mag", "mmsa", "mult", "nyud-mat", "nyud-pairs"}  # nobody here had a real file of these


def short(module):
    return module.__name__.removeprefix("euar.data.readers.")


@pytest.mark.parametrize("module", MODULES, ids=short)
def test_a_public_module_of_a_source_is_a_reader(module):
    package = import_module(module.__package__)
    kind = contract.PickleReader if module in readers.PICKLES else contract.Reader
    assert isinstance(module, kind)
    assert module in (package.PICKLES if kind is contract.PickleReader else package.READERS)
    assert module in (*readers.FILES, *readers.PICKLES)


@pytest.mark.parametrize("module", MODULES, ids=short)
def test_a_reader_has_a_writer_and_a_test(module):
    source, name = short(module).split(".")
    folder = Path(__file__).parent
    assert (folder / "writers" / source / f"{name}.py").exists()
    text = "".join(file.read_text() for file in (folder / source).glob("test_*.py"))
    assert f"writers.{source} import {name}" in text


def test_names_differ():
    names = [module.NAME for module in MODULES]
    assert len(set(names)) == len(names)


def test_what_nobody_has_seen_says_so():
    unseen = {module for module in MODULES if not module.SEEN}
    assert {module.NAME for module in unseen} == UNSEEN
    for module in MODULES:
        assert contract.described(module).endswith("from the published layout") == (module in unseen)


def test_an_unknown_format_lists_the_known_ones(tmp_path):
    with pytest.raises(DataError, match="see `euar data list`") as caught:
        readers.read(tmp_path)
    for module in MODULES:
        assert contract.described(module) in caught.value.expected


def test_a_source_with_two_formats_is_refused(tmp_path):
    nyud.write(own_npz.write(tmp_path))
    with pytest.raises(DataError, match="expected files of one format, found nyud and own-folder"):
        readers.read(tmp_path)


NOTES = """
import numpy as np
from euar.data.readers.contract import Content

NAME, TITLE, SEEN = "notes", "lines of numbers", True


def matches(path):
    return path.suffix == ".notes"


def read(path):
    values = np.array([[float(line)] for line in path.read_text().split()])
    ids = [str(row) for row in range(len(values))]
    return Content(name="n", files=[path], target=values[:, 0], ids=ids, split=["train"] * len(ids),
                   modalities={"line": values})
"""
RUN = """
import importlib.util, sys
from euar.data import readers
name, file = readers.__name__, readers.__file__
places = [*readers.__path__, sys.argv[1]]
spec = importlib.util.spec_from_file_location(name, file, submodule_search_locations=places)
again = sys.modules[name] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(again)
print(again.read(sys.argv[1] + "/a.notes").modalities["line"].ravel().tolist())
"""


def test_a_new_source_is_found_by_its_folder(tmp_path):
    (tmp_path / "lab").mkdir()
    (tmp_path / "lab" / "notes.py").write_text(NOTES)
    (tmp_path / "lab" / "__init__.py").write_text("from . import notes\n\nREADERS = (notes,)\n")
    (tmp_path / "a.notes").write_text("1\n2.5\n")
    done = subprocess.run([sys.executable, "-c", RUN, tmp_path], capture_output=True, text=True, check=True)
    assert done.stdout == "[1.0, 2.5]\n"
