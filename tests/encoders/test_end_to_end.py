"""Encoders and a system as one model: what each gives the other, masks, views, rates, the released code."""

import dataclasses
import json

import pytest
import torch

from euar.encoders import (
    EndToEndConfig,
    FeaturesConfig,
    Padded,
    PictureEncoderConfig,
    SequenceEncoderConfig,
    TextEncoderConfig,
)
from euar.systems import SYSTEMS
from tests.encoders.tiny import HIDDEN, bert, resnet

B = 6
CPU = torch.device("cpu")
SOUND = SequenceEncoderConfig(3, dim=8, layers=1, heads=2)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    return bert(tmp_path_factory.mktemp("bert"), layers=1), resnet(tmp_path_factory.mktemp("resnet"))


@pytest.fixture
def encoders(folders):
    picture = PictureEncoderConfig(folders[1], size=32, stored=36)
    return {
        "text": TextEncoderConfig(folders[0]),
        "rgb": picture,
        "depth": picture,
        "audio": SOUND,
        "style": FeaturesConfig(2),
    }


@pytest.fixture(autouse=True)
def seed():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        yield


def batch(rows=B):
    generator = torch.Generator().manual_seed(1)
    picture = torch.randint(0, 256, (rows, 3, 36, 36), generator=generator, dtype=torch.uint8)
    return {
        "text": Padded(torch.randint(1, 10, (rows, 5), generator=generator), torch.arange(rows) % 5 + 1),
        "rgb": picture,
        "depth": picture.clone(),
        "audio": Padded(torch.randn(rows, 4, 3, generator=generator), torch.arange(rows) % 4 + 1),
        "style": torch.randn(rows, 2, generator=generator),
    }


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_system_predicts_from_what_the_encoders_say(encoders, system):
    config = EndToEndConfig(encoders, system, task="classification", outputs=3)
    model = config.build().eval()
    with torch.no_grad():
        features = {m: model.encoders[m](x) for m, x in batch().items()}
        assert torch.equal(model(batch()).prediction, model.system(features).prediction)
    output = model.train()(batch(), None, torch.Generator().manual_seed(0))
    loss = model.loss(output, torch.arange(B) % 3)
    loss.total.backward()
    assert [name for name, p in model.named_parameters() if p.grad is None] == []


def test_rows_that_lack_a_modality_do_not_enter_its_encoder(encoders):
    results = []
    for spoil in (0, 1):
        rows, missing = batch(), torch.arange(B) % 3 == 1
        rows["audio"].lengths[missing] = 0
        rows["style"][missing] = torch.nan if spoil else 0
        rows["rgb"][missing] = spoil
        available = dict.fromkeys(("audio", "style", "rgb"), ~missing)
        torch.manual_seed(2)
        model = EndToEndConfig(encoders, changes={"dim": 8}).build().train()
        output = model(rows, available, torch.Generator().manual_seed(0))
        loss = model.loss(output, torch.linspace(-1, 1, B))
        loss.total.backward()
        results.append([loss.total, *(p.grad for p in model.parameters()), *model.buffers()])
    assert all(torch.equal(*pair) for pair in zip(*results, strict=True))
    assert all(tensor.isfinite().all() for tensor in results[0])


def test_a_modality_that_no_row_has_is_as_one_that_is_not_given(encoders):
    model = EndToEndConfig(encoders, "late-fusion").build()
    nowhere = {"rgb": torch.zeros(B, dtype=torch.bool)}
    without = {m: x for m, x in batch().items() if m != "rgb"}
    torch.testing.assert_close(model.predict(batch(), nowhere), model.predict(without))
    assert not torch.equal(model.predict(batch()), model.predict(without))


def test_predictions_leave_no_trace_and_see_the_middle(encoders):
    model = EndToEndConfig(encoders, "concat").build().train()
    first, second = model.predict(batch()), model.predict(batch())
    assert torch.equal(first, second)
    assert model.training
    assert not first.requires_grad


@pytest.mark.parametrize(("augment", "alike"), [("shared", True), ("separate", False)])
def test_colour_and_depth_share_their_crops_or_do_not(folders, augment, alike):
    picture = PictureEncoderConfig(folders[1], size=32, stored=64, augment=augment)
    model = EndToEndConfig({"rgb": picture, "depth": picture}, "linear-head").build()
    views = model._views(B, CPU, torch.Generator().manual_seed(3))
    assert torch.equal(views["rgb"], views["depth"]) is alike
    assert views["rgb"].shape == (B, 3)
    fixed = dataclasses.replace(picture, augment="none")
    assert EndToEndConfig({"rgb": fixed}, "linear-head").build()._views(B, CPU, None) == {}


def test_training_crops_by_the_generator_whatever_rows_are_available(encoders):
    picture = {m: encoders[m] for m in ("rgb", "depth")}
    model = EndToEndConfig(picture, "linear-head").build().train()
    seen = []
    model.encoders["rgb"].register_forward_pre_hook(lambda _, given: seen.append(given))
    rows = {m: batch()[m] for m in picture}
    for draw, masks in ((0, {}), (0, {"rgb": torch.arange(B) > 1}), (1, {})):
        model(rows, masks, torch.Generator().manual_seed(draw))
    (_, whole), (some, part), (_, other) = seen
    assert torch.equal(part, whole[2:])
    assert torch.equal(some, rows["rgb"][2:])
    assert not torch.equal(whole, other)


def test_pretrained_parameters_have_a_rate_of_their_own_and_frozen_ones_none(encoders):
    frozen = dataclasses.replace(encoders["text"], frozen=1)
    model = EndToEndConfig(encoders | {"text": frozen}, encoder_lr=3e-5).build()
    first, second = model.parameter_groups(1e-3)
    assert (first["lr"], second["lr"]) == (3e-5, 1e-3)
    names = {id(p): name for name, p in model.named_parameters()}
    tuned, others = ({names[id(p)] for p in group["params"]} for group in (first, second))
    trains = {name for name, p in model.named_parameters() if p.requires_grad}
    assert tuned | others == trains
    assert not tuned & others
    assert tuned == {
        n for n in trains if n.startswith(("encoders.text.", "encoders.rgb.", "encoders.depth."))
    }
    assert not any(name.startswith("encoders.text.model.embeddings") for name in tuned)
    (only,) = EndToEndConfig({"style": FeaturesConfig(2)}).build().parameter_groups(0.1)
    assert only["lr"] == 0.1


def test_the_epoch_is_the_systems():
    model = EndToEndConfig({"style": FeaturesConfig(2)}).build()
    model.epoch = 4
    assert model.system.epoch == model.epoch == 4


def test_the_code_of_the_system_decides_the_model(folders):
    from euar.model import EUARConfig
    from euar.systems.concat import ConcatConfig

    assert EndToEndConfig({"audio": SOUND}).parts == (EUARConfig,)
    assert EndToEndConfig({"audio": SOUND}, "concat").parts == (ConcatConfig,)
    assert EndToEndConfig.released(audio=5, vision=4, model=folders[0]).parts == (EUARConfig,)


def test_a_configuration_survives_json(encoders):
    changes = {"log_var_range": (-4.0, 4.0), "num_experts": 4}
    sequence = dataclasses.replace(SOUND, in_features=HIDDEN)
    encoders["text"] = dataclasses.replace(encoders["text"], sequence=sequence)
    config = EndToEndConfig(encoders, "paper", changes, encoder_lr=1e-4)
    assert EndToEndConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config
    plain = config.to_dict()
    plain["encoders"]["audio"]["kind"] = "smell"
    with pytest.raises(ValueError, match=r"encoders\['audio'\].kind: expected one of 'text', 'picture'"):
        EndToEndConfig.from_dict(plain)
    for path, odd in (("", {"lr": 1}), ("encoders", {"audio": {"kind": "sequence", "smell": 1}})):
        fields = config.to_dict()
        (fields[path] if path else fields).update(odd)
        with pytest.raises(ValueError, match=r"field of \w+: expected one of .*found '(lr|smell)'"):
            EndToEndConfig.from_dict(fields)


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({"encoders": {}}, "encoders: expected {modality: encoder}"),
        ({"encoders": {"": SOUND}}, "encoders: expected the name of a modality"),
        ({"encoders": {"audio": "wav"}}, "encoders: expected the name of a modality and .*'audio': 'wav'"),
        ({"system": "none"}, "system: expected one of default"),
        ({"system": None}, "system: expected a name"),
        ({"changes": [1]}, "changes: expected {field: value}"),
        ({"changes": {"smell": 1}}, "smell: default has no such field"),
        ({"changes": {"k": 0}}, "k: expected an int of at least 1"),
        ({"task": "ranking"}, "task: expected one of 'regression'"),
        ({"outputs": 0}, "outputs: expected an int of at least 1"),
        ({"encoder_lr": 0.0}, "encoder_lr: expected a finite number above 0"),
    ],
)
def test_a_setting_that_does_not_fit_is_named(changed, found):
    with pytest.raises(ValueError, match=found):
        EndToEndConfig(**{"encoders": {"audio": SOUND}} | changed)


@pytest.mark.parametrize(
    ("changed", "masks", "found"),
    [
        ({"smell": torch.zeros(B, 2)}, {}, "modality: expected one of 'text', .*found 'smell'"),
        ({"style": torch.zeros(B, 3)}, {}, r"inputs\['style'\]: expected float \(B, 2\)"),
        ({"style": torch.zeros(B - 1, 2)}, {}, r"inputs\['\w+'\]: expected 6 rows, found 5"),
        ({}, {"audio": torch.ones(B)}, r"available\['audio'\]: expected bool of shape \(6,\)"),
        ({}, {"smell": torch.ones(B).bool()}, "modality: expected one of 'text', .*found 'smell'"),
    ],
)
def test_a_batch_that_does_not_fit_is_named(encoders, changed, masks, found):
    model = EndToEndConfig(encoders).build()
    with pytest.raises(ValueError, match=found):
        model(batch() | changed, masks)
    with pytest.raises(ValueError, match="inputs: expected at least one of text, rgb"):
        model({})
    with pytest.raises(ValueError, match="row 2 has no modality"):
        model(batch(), dict.fromkeys(encoders, torch.arange(B) != 2))


def test_the_released_model_is_its_parts_from_the_tokens_to_the_head(folders):
    config = EndToEndConfig.released(audio=5, vision=4, model=folders[0])
    model = config.build().eval()
    assert list(config.encoders) == ["audio", "vision", "text"]
    given = {
        "audio": Padded(torch.randn(B, 7, 5), torch.arange(B) + 2),
        "vision": Padded(torch.randn(B, 7, 4), torch.arange(B) + 1),
        "text": batch()["text"],
    }
    with torch.no_grad():
        features = {m: model.encoders[m](x) for m, x in given.items()}
        moe = {m: model.system.moes[m](x) for m, x in features.items()}  # no projection stands in between
        joint = torch.cat([moe[m].hidden for m in ("audio", "vision", "text")], dim=1)
        torch.testing.assert_close(model(given).prediction, model.system.head(joint)[:, 0])
    assert {m: x.shape for m, x in features.items()} == dict.fromkeys(given, (B, 72))
    assert [len(model.encoders[m].layers) for m in ("audio", "vision")] == [3, 3]
    assert model.encoders["text"].config.max_tokens == 50
    sizes = [sum(p.numel() for p in group["params"]) for group in model.parameter_groups(2e-5)]
    assert sizes[0] == sum(p.numel() for p in model.encoders["text"].parameters())  # BERT and its convolution


def test_what_is_encoded_is_what_the_system_sees(encoders):
    model = EndToEndConfig(encoders, "default").build().eval()
    available = {"style": torch.arange(B) > 1}
    with torch.no_grad():
        features = model.encode(batch(), available)
        assert torch.equal(model.system(features, available).prediction, model(batch(), available).prediction)
    assert not features["style"][:2].any()
