"""`load` finds what ships and what lies on disk, and says what it knows when it finds nothing."""

import subprocess
import sys

import pytest

from euar.data import DataError, load
from tests.data.rows import make


def test_a_file_is_found_by_its_path_or_in_a_root(tmp_path):
    path = make().to_hdf5(tmp_path / "a.h5")
    assert load(path).sha256 == load(str(path)).sha256 == load("a.h5", root=tmp_path).sha256 == make().sha256


@pytest.mark.parametrize("name", ["embedded", "simulated"])
def test_what_ships_has_its_name(name):
    assert load(name).name == name


def test_an_unknown_name_lists_the_known_ones(tmp_path):
    with pytest.raises(DataError, match=r"expected embedded \| simulated \| an HDF5 file of ours") as caught:
        load("no-such-set", root=tmp_path)
    assert "other formats come with their readers" in caught.value.remedy


def test_a_folder_or_another_file_is_refused(tmp_path):
    (tmp_path / "rows.csv").write_text("id,label\n")
    for path in (tmp_path, tmp_path / "rows.csv"):
        with pytest.raises(DataError):
            load(path)


def test_what_ships_has_no_variants():
    with pytest.raises(DataError, match="variant: expected None"):
        load("embedded", variant="official")


def test_importing_the_package_loads_no_torch():
    code = "import sys, euar.data; assert not {'torch', 'scipy', 'sklearn', 'matplotlib'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
