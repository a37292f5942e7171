"""What a source makes of a set with raw content: inputs by encoder, scales, noise, identity; `fit` on it."""

import dataclasses
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch

from euar.data import DataError, readers, simulate
from euar.data.features import Corruption
from euar.encoders import (
    EndToEndConfig,
    FeaturesConfig,
    PictureEncoderConfig,
    SequenceEncoderConfig,
    TextEncoderConfig,
)
from euar.training import fit, load_run
from euar.training.raw_source import RawSource, default_encoders
from tests.data.features import sources
from tests.data.readers.writers.pickles import mmsa
from tests.encoders.tiny import WORDS, bert, resnet

CPU = torch.device("cpu")
TEXTS = ["good film", "bad film", "a very good film", "not a good film", "bad", "a film"] * 2
SMALL = {"dim": 8, "layers": 1, "heads": 2}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    return bert(tmp_path_factory.mktemp("bert"), layers=1), resnet(tmp_path_factory.mktemp("resnet"))


@pytest.fixture
def data(tmp_path):
    """Texts, pictures, features that are missing, and NaN, in two rows, and features that nobody asks for."""
    (tmp_path / "pictures").mkdir()
    made = sources.dataset(tmp_path / "pictures", TEXTS)
    style = np.random.default_rng(0).normal(5, 3, (sources.ROWS, 2)).astype(np.float32)
    style[[1, 7]] = np.nan
    there = np.isfinite(style[:, 0])
    target = np.resize([-2, 1, -1, 2, 0.5, -0.5], sources.ROWS).astype(np.float32)
    modalities = {"style": style, "age": np.ones((sources.ROWS, 1), np.float32)}
    return dataclasses.replace(made, modalities=modalities, available={"style": there}, target=target)


@pytest.fixture
def encoders(folders):
    picture = PictureEncoderConfig(folders[1], size=32, stored=36)
    return {"text": TextEncoderConfig(folders[0]), "photo": picture, "style": FeaturesConfig(2)}


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("EUAR_CACHE", str(tmp_path / "elsewhere"))


@pytest.fixture
def source(data, encoders, tmp_path):
    return RawSource(data, encoders, cache=tmp_path / "cache")


@pytest.fixture
def frames(tmp_path):
    """MMSA's layout: frames of text, audio and vision with lengths, and raw texts."""
    return readers.read(mmsa.write(tmp_path))


def whole(split):
    return split.rows(torch.arange(len(split.target)))


def words(batch):
    return [" ".join(WORDS[n] for n in row[1 : k - 1]) for row, k in zip(*batch.inputs["text"], strict=True)]


def test_each_encoder_gets_its_form_of_the_rows_of_each_split(source, data):
    splits = source.splits(CPU)
    for word, split in splits.items():
        batch, here = whole(split), data.split == word
        assert words(batch) == [text for text, is_in in zip(TEXTS, here, strict=True) if is_in]
        assert batch.inputs["photo"].shape == (here.sum(), 3, 36, 36)
        assert batch.inputs["style"].shape == (here.sum(), 2)
        assert torch.equal(batch.target, torch.from_numpy(data.target[here]))
    assert whole(splits["train"]).available["style"].tolist() == [True, False, True, True, True, True]
    assert whole(splits["test"]).available == {}


def test_features_are_standardised_on_the_available_training_rows(source):
    splits = source.splits(CPU)
    train = whole(splits["train"])
    seen = train.inputs["style"][train.available["style"]]
    assert torch.allclose(seen.mean(dim=0), torch.zeros(2), atol=1e-6)
    assert torch.allclose(seen.std(dim=0, correction=0), torch.ones(2), atol=1e-5)
    assert not torch.allclose(whole(splits["test"]).inputs["style"].mean(dim=0), torch.zeros(2), atol=1e-2)
    columns = source.preprocessing().columns
    assert list(columns) == ["style"]
    assert train.inputs["style"].isfinite().all()


def test_frames_are_standardised_within_their_lengths_or_left_as_they_are(frames, tmp_path):
    encoder = SequenceEncoderConfig(2, **SMALL)
    for standardize in (True, False):
        config = {"audio": dataclasses.replace(encoder, standardize=standardize)}
        source = RawSource(frames, config, cache=tmp_path)
        values, lengths = whole(source.splits(CPU)["train"]).inputs["audio"]
        raw, counts = (x[frames.split == "train"] for x in frames.sequences["audio"])
        inside = np.arange(raw.shape[1]) < counts[:, None]
        seen = raw[inside]
        expected = (raw - seen.mean(0)) / seen.std(0) if standardize else raw
        assert np.allclose(values[inside], expected[inside], atol=1e-5)
        assert not values[~inside].any()
        assert lengths.tolist() == counts.tolist()
        assert ("audio" in source.preprocessing().columns) is standardize


def test_ratings_off_the_sentiment_scale_are_learned_standardised(data, encoders, tmp_path):
    far = dataclasses.replace(data, target=np.linspace(0, 100, len(data)).astype(np.float32))
    splits = RawSource(far, encoders, cache=tmp_path).splits(CPU)
    assert torch.allclose(splits["train"].target.mean(), torch.tensor(0.0), atol=1e-6)
    assert torch.equal(splits["test"].target, torch.from_numpy(far.target[far.split == "test"]))


@pytest.mark.parametrize(("kind", "touched"), [("blank", "text"), ("gaussian", "photo")])
def test_noise_hits_the_test_rows_of_its_modality_alone(source, kind, touched):
    noisy = dataclasses.replace(source, corruption=Corruption(kind, 10, p=1.0))
    for word, split in noisy.splits(CPU).items():
        clean, found = whole(source.splits(CPU)[word]).inputs, whole(split).inputs
        changed = {m for m in ("photo", "style") if not torch.equal(found[m], clean[m])}
        changed |= {"text"} if found["text"].values.tolist() != clean["text"].values.tolist() else set()
        assert changed == ({touched} if word == "test" else set())
    if kind == "blank":
        assert all(set(text.split()) == {"_"} for text in words(whole(noisy.splits(CPU)["test"])))


def test_rows_may_lack_what_the_set_has(source, data):
    without_text, without_style = data.split != "test", np.arange(sources.ROWS) != 0
    less = dataclasses.replace(source, available={"text": without_text, "style": without_style})
    splits = less.splits(CPU)
    assert whole(splits["test"]).available["text"].tolist() == [False] * 4
    assert "text" not in whole(splits["train"]).available
    assert whole(splits["train"]).available["style"].tolist() == [False, False, True, True, True, True]
    model = EndToEndConfig(source.encoders, changes={"dim": 8}).build().eval()
    batch, full = whole(splits["test"]), whole(source.splits(CPU)["test"])
    del full.inputs["text"]
    said, expected = (model(x.inputs, x.available).prediction for x in (batch, full))
    torch.testing.assert_close(said, expected)
    assert less.sha256 not in (
        source.sha256,
        dataclasses.replace(less, available={"text": without_text}).sha256,
    )


@pytest.mark.parametrize(
    ("available", "found"),
    [
        ({"smell": np.ones(12, bool)}, "available: expected some of text, photo, style, found 'smell'"),
        ({"text": np.ones(11, bool)}, r"available/text: expected bool of shape \(12,\)"),
        ({"text": np.ones(12)}, r"available/text: expected bool of shape \(12,\)"),
        (dict.fromkeys(("text", "photo", "style"), np.arange(12) != 3), "found none in 1 .*first row 3"),
    ],
)
def test_masks_that_do_not_fit_are_named(source, available, found):
    with pytest.raises(DataError, match=found):
        dataclasses.replace(source, available=available)


def test_whatever_decides_the_batches_decides_the_identity(source, data, encoders):
    assert dataclasses.replace(source).sha256 == source.sha256
    picture, text = encoders["photo"], encoders["text"]
    others = [
        dataclasses.replace(source, corruption=Corruption("blank", 10)),
        dataclasses.replace(source, dataset=dataclasses.replace(data, target=data.target + 0.5)),
        dataclasses.replace(source, encoders=encoders | {"photo": dataclasses.replace(picture, stored=40)}),
        dataclasses.replace(source, encoders=encoders | {"text": dataclasses.replace(text, max_tokens=4)}),
        dataclasses.replace(source, encoders={"text": text}),
    ]
    file = Path(data.meta["source"]["path"]) / "0.png"
    hashes = {source.sha256, *(other.sha256 for other in others)}
    file.write_bytes(file.with_name("1.png").read_bytes())
    hashes.add(dataclasses.replace(source).sha256)
    assert len(hashes) == len(others) + 2


def test_it_goes_to_another_process_without_its_pictures(source):
    source.splits(CPU)
    again = pickle.loads(pickle.dumps(source))
    assert again.sha256 == source.sha256
    assert torch.equal(*(whole(s.splits(CPU)["test"]).inputs["photo"] for s in (source, again)))


def test_the_usual_encoders_take_raw_content_first_then_frames_then_features(data, frames):
    kinds = {m: type(encoder) for m, encoder in default_encoders(data).items()}
    raw_ones = {"text": TextEncoderConfig, "photo": PictureEncoderConfig}
    assert kinds == raw_ones | {"style": FeaturesConfig, "age": FeaturesConfig}
    found = default_encoders(frames)
    assert type(found["text"]) is TextEncoderConfig
    assert found["audio"] == SequenceEncoderConfig(2)
    assert default_encoders(simulate(n=(4, 4, 4)))["text"] == FeaturesConfig(32)


@pytest.mark.parametrize(
    ("encoders", "found"),
    [
        ({"style": FeaturesConfig(3)}, "modalities/style: expected 3 columns, .* found 2"),
        ({"smell": FeaturesConfig(3)}, "modalities/smell: expected 3 columns, .* found none"),
        ({"style": SequenceEncoderConfig(2)}, "sequences/style: expected 2 columns, .* found none"),
    ],
)
def test_an_encoder_that_does_not_fit_is_named(data, encoders, found):
    with pytest.raises(DataError, match=found):
        RawSource(data, encoders)


def test_noise_that_fits_nothing_is_named(data):
    with pytest.raises(DataError, match="corruption: expected a modality for gaussian, found style"):
        RawSource(data, {"style": FeaturesConfig(2)}, corruption=Corruption("gaussian", 5))


def test_fit_trains_all_of_it_to_the_same_bits(source):
    config = EndToEndConfig(source.encoders, changes={"dim": 8}, encoder_lr=1e-3)
    runs = [fit(config, source, epochs=2, batch_size=4, device="cpu", progress=False)[0] for _ in range(2)]
    one, two = (run.model.state_dict() for run in runs)
    assert all(torch.equal(value, two[name]) for name, value in one.items())
    fresh = config.build().state_dict()
    tuned = [
        name for name in one if name.startswith(("encoders.text.model.encoder", "encoders.photo.network"))
    ]
    assert any(not torch.equal(one[name], fresh[name]) for name in tuned)
    assert runs[0].predictions["test"].shape == (4,)
    assert np.isfinite(runs[0].predictions["test"]).all()


@pytest.mark.filterwarnings("ignore:r of a constant")  # one validation row
@pytest.mark.filterwarnings("ignore:a constant")
def test_fit_trains_the_released_model_on_a_file_in_the_layout_of_mmsa(frames, folders, tmp_path):
    config = EndToEndConfig.released(audio=2, vision=4, model=folders[0])
    source = RawSource(frames, config.encoders, cache=tmp_path)
    (run,) = fit(config, source, epochs=1, batch_size=2, lr=2e-5, device="cpu", progress=False)
    assert run.predictions["test"].shape == (2,)
    assert run.history[0].keys() >= {"kl", "aux", "u"}
    assert not source.preprocessing().columns  # the released code takes frames as they are


def test_a_saved_run_predicts_new_rows_from_their_raw_content(source, tmp_path):
    config = EndToEndConfig(source.encoders, changes={"dim": 8})
    fit(config, source, epochs=1, batch_size=4, device="cpu", progress=False, out=tmp_path / "run")
    run = load_run(tmp_path / "run", device="cpu")
    assert type(run.model.config) is EndToEndConfig
    test = source.dataset.subset(split="test")
    said = run.predict(test, sigma=True)
    assert said.ids.tolist() == test.ids.tolist()
    np.testing.assert_allclose(said.values, run.predictions["test"], rtol=1e-5)
    assert said.inside["photo:sigma"].shape == (4,)
    assert run.origin.config["parts"] == ["euar.model.EUARConfig"]
