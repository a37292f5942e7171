"""Reading what a test has put into a pickle."""

import pickle

import pytest

from euar.data import readers


@pytest.fixture
def read(tmp_path):
    """Return a function that pickles some content and reads it, with the options of `readers.read`."""

    def run(content, **options):
        path = tmp_path / "mosi.pkl"
        path.write_bytes(pickle.dumps(content))
        return readers.read(path, **options)

    return run
