"""A system and its encoders as one training: the data decide the encoders, the run is kept whole."""

import dataclasses
from dataclasses import dataclass

import numpy as np
import pytest

from euar.data import DataError, readers, simulate
from euar.encoders import EndToEndConfig, FeaturesConfig, PictureEncoderConfig, TextEncoderConfig
from euar.encoders.cached import CachedPictureEncoderConfig
from euar.experiments.along import Along
from euar.experiments.tuned import ENCODER_LR
from euar.training import Recipe, load_run
from tests.data.features import sources
from tests.data.readers.writers.pickles import mmsa
from tests.encoders.tiny import bert, resnet
from tests.experiments.schema import validate

ONE = Recipe(epochs=1, batch_size=4)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    return bert(tmp_path_factory.mktemp("bert"), layers=2), resnet(tmp_path_factory.mktemp("resnet"))


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("EUAR_CACHE", str(tmp_path / "cache"))


@dataclass(frozen=True, kw_only=True)
class Given(Along):
    """`Along` on data that a test has made."""

    made: object = None

    def dataset(self):
        return self.made

    def request(self):
        return {"data": self.data, "variant": None, "seeds": [0], "recipe": self.recipe.to_dict()}


def raw(folder):
    made = sources.dataset(folder, ["good film", "bad film", "a film"] * 4)
    style = np.random.default_rng(0).normal(size=(sources.ROWS, 2)).astype(np.float32)
    target = np.resize([-2, 1, -1, 2, 0.5, -0.5], sources.ROWS).astype(np.float32)
    return dataclasses.replace(made, modalities={"style": style}, target=target)


def test_texts_and_pictures_have_the_encoders_that_were_asked_for_and_features_none(tmp_path, folders):
    text, picture = folders
    how = {"text": text, "picture": picture, "encoder_lr": 1e-4, "frozen": 1, "changes": {"dim": 8}}
    config = Given(data="raw", made=raw(tmp_path), system="concat", **how).config(raw(tmp_path))
    assert config.encoders == {
        "text": TextEncoderConfig(text, frozen=1),
        "photo": PictureEncoderConfig(picture, frozen=1),
        "style": FeaturesConfig(2),
    }
    assert (config.system, config.changes, config.encoder_lr) == ("concat", {"dim": 8}, 1e-4)


def test_a_run_whose_frozen_blocks_see_each_picture_once_is_kept(tmp_path, folders):
    text, picture = folders
    data = raw(tmp_path)
    how = {"text": text, "picture": picture, "frozen": 1, "cached": True, "changes": {"dim": 8}}
    asked = Given(data="raw", made=data, recipe=ONE, device="cpu", **how)
    assert asked.config(data).encoders == {
        "text": TextEncoderConfig(text, frozen=1),
        "photo": CachedPictureEncoderConfig(picture, frozen=1),
        "style": FeaturesConfig(2),
    }
    result = asked.train(tmp_path / "run", progress=False)
    said = load_run(tmp_path / "run", device="cpu").predict(data.subset(split="test"))
    assert said.values == pytest.approx(result.predictions["test"].values[0], rel=1e-5)


def test_a_run_is_kept_with_its_encoders(tmp_path, folders):
    data = raw(tmp_path)
    data.meta["raw_kinds"].pop("photo")
    asked = Given(data="raw", made=data, text=folders[0], recipe=ONE, changes={"dim": 8}, device="cpu")
    result = asked.train(tmp_path / "run", progress=False)
    validate(result.record)
    run = load_run(tmp_path / "run", device="cpu")
    assert type(run.model.config) is EndToEndConfig
    said = run.predict(data.subset(split="test"))
    assert said.values == pytest.approx(result.predictions["test"].values[0], rel=1e-5)


def test_the_released_system_on_frames_is_all_of_the_released_code(tmp_path, folders):
    frames = readers.read(mmsa.write(tmp_path))
    asked = Given(data="mmsa", made=frames, system="released", text=folders[0], changes={"k": 2})
    whole = EndToEndConfig.released(audio=2, vision=4, model=folders[0], k=2)
    assert asked.config(frames) == dataclasses.replace(whole, encoder_lr=ENCODER_LR)
    frozen = dataclasses.replace(asked, frozen=1).config(frames).encoders
    assert frozen["text"] == dataclasses.replace(whole.encoders["text"], frozen=1)
    assert frozen["audio"] == whole.encoders["audio"]
    other = Given(data="mmsa", made=frames, text=folders[0]).config(frames)
    assert (other.system, other.encoders["text"]) == ("default", TextEncoderConfig(folders[0]))


def test_features_alone_leave_nothing_to_train_along():
    data = simulate(n=(8, 4, 4))
    with pytest.raises(DataError, match=r"raw: expected texts, pictures or frames, .* found features alone"):
        Given(data="simulated", made=data).config(data)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("text", {"picture": "resnet18"}),
        ("photo", {"text": "minilm"}),
        (None, {"text": "minilm"}),
        (None, {"picture": "resnet18"}),
        (None, {"encoder_lr": 1e-4}),
        (None, {"frozen": 0}),
        ("text", {"cached": True}),
    ],
)
def test_a_setting_of_an_encoder_that_reads_nothing_here_is_refused(kind, said, tmp_path):
    if kind is None:  # frames, whose encoders learn from nothing
        data = dataclasses.replace(readers.read(mmsa.write(tmp_path)), meta={})
    else:
        data = raw(tmp_path)
        data.meta["raw_kinds"] = {kind: data.meta["raw_kinds"][kind]}
    Given(data="raw", made=data).config(data)
    (field,) = said
    with pytest.raises(
        DataError, match=rf"{field}: expected (texts|pictures).*, which it is for, found none"
    ):
        Given(data="raw", made=data, **said).config(data)
