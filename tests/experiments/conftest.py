import pytest

from euar.experiments.train import Request, train
from euar.training import Recipe
from tests.training.tiny import dataset


@pytest.fixture(scope="session")
def data_file(tmp_path_factory):
    return dataset(120).to_hdf5(tmp_path_factory.mktemp("data") / "tiny.h5")


@pytest.fixture(scope="session")
def result(data_file):
    """A result of two seeds, trained for two epochs."""
    request = Request(data=str(data_file), seeds=(0, 1), recipe=Recipe(epochs=2), device="cpu")
    return train(request, progress=False)
