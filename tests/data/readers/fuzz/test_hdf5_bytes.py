"""HDF5 files with random bytes, also among values: data or a complete error, in time, and no crash."""

from pathlib import Path
from random import Random

import pytest

from euar.data import DataError, readers
from tests.data.readers.fuzz import _hdf5
from tests.data.readers.fuzz._file import File
from tests.data.readers.fuzz.bounds import bounded
from tests.data.readers.fuzz.test_fuzz import written

EXAMPLES = 60
FORMATS = ("csd/folder", "euar_h5", "nyud/mat", "own/hdf5")


@pytest.mark.parametrize("name", FORMATS)
def test_random_bytes_give_data_or_a_complete_error(name, tmp_path, tmp_path_factory):
    source = written(name, tmp_path_factory.mktemp("source"))
    files = [place for place, content in source.files.items() if b"\x89HDF" in content[:520]]
    for seed in range(EXAMPLES):
        rng = Random(seed)
        changed = rng.choice(files)
        content = _hdf5.random_bytes(File(changed, source.files[changed]), rng)
        path: Path = source.copy(tmp_path / str(seed), changed, content)
        with bounded():
            try:
                readers.read(path)
            except DataError as error:
                assert len(error.args) == 5
                assert all(isinstance(part, str) and part for part in error.args), error.args
