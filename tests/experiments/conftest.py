import pytest

from euar.experiments.train import Train
from euar.training import Recipe
from tests.training.tiny import dataset


@pytest.fixture(scope="session")
def data_file(tmp_path_factory):
    return dataset(120).to_hdf5(tmp_path_factory.mktemp("data") / "tiny.h5")


@pytest.fixture(scope="session")
def asked(data_file):
    """Two seeds of the default, two epochs each."""
    return Train(data=str(data_file), seeds=(0, 1), recipe=Recipe(epochs=2), device="cpu")


@pytest.fixture(scope="session")
def measured(asked):
    return asked.measure("train")


@pytest.fixture(scope="session")
def result(measured):
    return measured.record
