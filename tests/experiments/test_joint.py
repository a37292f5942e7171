"""Joint features: what is looked at, and that a number stands beside the picture."""

import numpy as np
import torch

from euar.experiments.joint import Joint, joint_features
from euar.systems.registry import find
from euar.training import Recipe
from tests.training.tiny import dataset


def test_joint_features_are_the_heads_input():
    data = dataset(80)
    model = find("concat").configure(data.in_features).build()
    found = joint_features(model, data)
    test = data.standardize().subset(split="test")
    inputs = {m: torch.as_tensor(x) for m, x in test.modalities.items()}
    with torch.no_grad():
        said = model.eval()(inputs, {m: torch.as_tensor(x) for m, x in test.available.items()})
    assert np.allclose(found, said.joint.numpy(), atol=1e-6)


def test_a_result_holds_a_silhouette_a_row_and_pictures_of_the_first_seeds(data_file):
    how = {"recipe": Recipe(epochs=1, batch_size=16), "rates": (1e-2,), "seeds": (0, 1)}
    one = Joint(data=str(data_file), system="concat", without="b", pictured=1, **how)
    first, second = one.measure("tiny"), one.measure("tiny")
    assert set(first.predictions) == {
        *("test", "only a"),
        *(f"{what}, {test}" for what in ("t-SNE", "silhouette") for test in ("test", "only a")),
    }
    values = first.predictions["silhouette, test"].values
    assert values.shape == (2, 30)
    assert (np.abs(values) <= 1).all()
    assert first.predictions["t-SNE, only a"].values.shape == (1, 30, 2)
    for name, said in first.predictions.items():
        assert np.array_equal(said.values, second.predictions[name].values), name
