"""Every reader keeps the contract, stands in its source's list, and has a writer and a test."""

import pkgutil
from importlib import import_module
from pathlib import Path

import pytest

from euar.data import DataError, readers
from euar.data.readers import contract

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
    assert module in package.READERS
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
