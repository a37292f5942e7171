"""A few invented sentences: sorted by rating, and told apart by an encoder that learns them."""

import numpy as np
import pytest

from euar.chapters.trained_encoders import live
from euar.encoders import EndToEndConfig, TextEncoderConfig
from euar.training import fit
from euar.training.raw_source import RawSource
from tests.encoders.tiny import bert


def test_sentences_are_sorted_and_every_split_has_both_signs():
    data = live.sentences()
    assert (np.diff(data.target) >= 0).all()
    for split in ("train", "valid", "test"):
        signs = np.sign(data.target[data.split == split])
        assert {-1, 1} <= set(signs)
    assert data.meta["raw"]["text"][-1] == "I love this film from the first minute to the last."
    assert data.target[-1] == pytest.approx(2.8)


def test_sorted_out_is_the_mean_within_signs_minus_that_between():
    target = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
    cosines = np.where(np.sign(target)[:, None] == np.sign(target), 0.7, 0.2)
    cosines[2] = cosines[:, 2] = 99  # neutral
    assert live.sorted_out(cosines, target) == pytest.approx(0.5)
    cosines[3, 4] = cosines[4, 3] = 0.5
    assert live.sorted_out(cosines, target) == pytest.approx(0.4)


def test_training_an_encoder_sorts_out_the_sentences_that_it_learns(tmp_path, monkeypatch):
    monkeypatch.setenv("EUAR_CACHE", str(tmp_path / "cache"))
    data, encoders = live.sentences(), {"text": TextEncoderConfig(bert(tmp_path, layers=1))}
    texts = ["good film" if rating > 0 else "bad film" for rating in data.target]
    data.meta["raw"]["text"] = np.array(texts)
    config, source = EndToEndConfig(encoders, "linear-head", encoder_lr=1e-2), RawSource(data, encoders)
    target = data.target[data.split == "train"]
    before = live.likeness(config.build(), source, "train")
    how = {"epochs": 8, "batch_size": 8, "select": "last", "device": "cpu", "progress": False}
    after = live.likeness(fit(config, source, lr=1e-2, **how)[0].model, source, "train")
    assert before.shape == after.shape == (len(target), len(target))
    assert np.diag(after) == pytest.approx(np.ones(len(target)), abs=1e-5)
    assert live.sorted_out(after, target) > live.sorted_out(before, target) + 0.1


def test_without_a_package_the_reader_is_told_how_to_get_it(monkeypatch, capsys):
    monkeypatch.setattr(live, "find_spec", lambda name: None if name == "transformers" else object())
    assert not live.ready()
    assert 'pip install "euar[features]"' in capsys.readouterr().out
