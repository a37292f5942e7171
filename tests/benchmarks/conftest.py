"""Records of quick runs, one for each benchmark, made once."""

import pytest

from benchmarks import NAMES, record


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("benchmarks")


@pytest.fixture(scope="session", params=NAMES)
def quick(request, folder):
    """The path of a record."""
    (path,) = record.run([request.param], quick=True, out=folder)
    return path
