"""`load` finds what ships, what stands in the data folder and what lies on disk, and says what it knows."""

import subprocess
import sys

import numpy as np
import pytest

from euar.data import DataError, features, load, loading
from tests.data.features.sources import Lengths
from tests.data.readers.writers.mosi import label_csv
from tests.data.rows import make


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A data folder with a tiny MOSEI, whose texts are measured by their lengths."""
    (tmp_path / "mosei").mkdir()
    label_csv.write(tmp_path / "mosei")
    monkeypatch.setitem(features.EXTRACTORS, "minilm", ((), Lengths))
    monkeypatch.setenv("EUAR_CACHE", str(tmp_path / "cache"))
    return tmp_path


def test_a_file_is_found_by_its_path_or_in_a_root(tmp_path):
    path = make().to_hdf5(tmp_path / "a.h5")
    assert load(path).sha256 == load(str(path)).sha256 == load("a.h5", root=tmp_path).sha256 == make().sha256


@pytest.mark.parametrize("name", ["embedded", "simulated"])
def test_what_ships_has_its_name(name):
    assert load(name).name == name


def test_a_named_set_comes_from_the_data_folder_with_features(folder, monkeypatch):
    monkeypatch.setenv("EUAR_DATA", str(folder))
    data = load("mosei")
    assert data.name == "mosei"
    lengths = [len(text) for text in data.meta["raw"]["text"]]
    assert np.array_equal(data.modalities["text"][:, 0], lengths)
    assert load("mosei", root=folder).sha256 == data.sha256


def test_a_path_of_any_format_gets_features_too(folder):
    data = load(folder / "mosei" / "label.csv")
    assert (data.name, data.in_features) == ("label", {"text": 2})


def test_without_the_variable_the_folder_is_in_the_home_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("EUAR_DATA", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert loading.data_folder() == tmp_path / "euar-data"


def test_a_named_set_that_is_not_there_says_how_to_get_it(tmp_path):
    with pytest.raises(
        DataError, match=r"expected the folder of mosi, found nothing; run `euar data get mosi`"
    ):
        load("mosi", root=tmp_path)


def test_an_unknown_name_lists_the_known_ones(tmp_path):
    with pytest.raises(DataError, match=r"embedded \| simulated \| mosi .* a file or folder") as caught:
        load("no-such-set", root=tmp_path)
    assert "euar data list" in caught.value.remedy


def test_a_folder_or_file_of_no_known_format_is_refused(tmp_path):
    (tmp_path / "rows.txt").write_text("id,label\n")
    for path in (tmp_path, tmp_path / "rows.txt"):
        with pytest.raises(DataError, match="format: expected"):
            load(path)


def test_what_has_one_version_has_no_variants(folder):
    for name in ("embedded", "mosei", make().to_hdf5(folder / "a.h5")):
        with pytest.raises(DataError, match="variant: expected None"):
            load(name, variant="official", root=folder)


def test_importing_the_package_loads_no_torch():
    code = "import sys, euar.data; assert not {'torch', 'scipy', 'sklearn', 'matplotlib'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
