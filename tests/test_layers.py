"""A module for each modality: whatever a modality is called, its weights have a name of their own."""

import pytest
import torch
from torch import nn

from euar._layers import ModalityDict

ODD = ["type", "keys", "training", "a.b", "a", "a.weight", "%", "type%", "a%2Eb", "two words", "été", "pop"]


def linears(names):
    torch.manual_seed(0)
    return {name: nn.Linear(2, 3) for name in names}


def test_every_name_keeps_its_own_module():
    layers = linears(ODD)
    modules = ModalityDict(layers)
    assert list(modules) == list(modules.keys()) == ODD
    assert dict(modules.items()) == layers
    assert all(modules[name] is layer and name in modules for name, layer in layers.items())
    assert "b" not in modules
    assert modules.pop("a.b") is layers["a.b"]
    assert "a.b" not in modules
    assert len({id(p) for p in modules.parameters()}) == 2 * (len(ODD) - 1)


def test_every_attribute_of_torch_may_be_a_name():
    names = [name for name in dir(nn.ModuleDict()) if not name.startswith("___")]  # a compiler adds these
    assert list(ModalityDict({name: nn.Identity() for name in names})) == names


def test_odd_names_come_back_from_a_state(tmp_path):
    saved, fresh = ModalityDict(linears(ODD)), ModalityDict({name: nn.Linear(2, 3) for name in ODD})
    torch.save(saved.state_dict(), tmp_path / "weights.pt")
    fresh.load_state_dict(torch.load(tmp_path / "weights.pt", weights_only=True))
    x = torch.ones(1, 2)
    assert all(torch.equal(saved[name](x), fresh[name](x)) for name in ODD)


def test_odd_names_work_where_torch_calls_a_model_as_a_function():
    modules = ModalityDict(linears(ODD))
    for name, _ in modules.named_modules():
        assert isinstance(modules.get_submodule(name), nn.Module)


@pytest.mark.parametrize("names", [["text", "audio", "vision"], ["glove_vectors", "kinect-depth", "été"]])
def test_weights_that_a_plain_dict_saved_still_load(names):
    plain = nn.ModuleDict(linears(names))
    modules = ModalityDict({name: nn.Linear(2, 3) for name in names})
    modules.load_state_dict(plain.state_dict())
    assert list(modules.state_dict()) == list(plain.state_dict())
    assert torch.equal(modules[names[0]].weight, plain[names[0]].weight)
