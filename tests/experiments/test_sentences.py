"""Sentences of our own in the place of test rows: only their words, in the features of the data's texts."""

import numpy as np
import pytest

from euar.data import DataError
from euar.experiments import sentences
from euar.experiments.sentences import SENTENCES, with_sentences
from tests.training.tiny import dataset


def test_the_test_split_is_the_sentences_with_nothing_but_words(monkeypatch):
    def extract(words, modality, extractor, progress):  # noqa: ARG001  the signature that is called
        assert (modality, extractor, list(words.meta["raw"]["a"])) == ("a", "minilm", list(SENTENCES))
        return np.full((len(words), 3), 7, np.float32)

    monkeypatch.setattr(sentences.features, "extract", extract)
    data = dataset(80, meta={"features": {"a": "minilm"}})
    found = with_sentences(data, "a")
    test = found.subset(split="test")
    assert (test.modalities["a"] == 7).all()
    assert test.available["a"].all()
    assert not test.available["b"].any()
    assert test.target == pytest.approx([*SENTENCES.values()])
    rest = found.split != "test"
    assert np.array_equal(found.modalities["a"][rest], data.modalities["a"][data.split != "test"])


def test_features_that_cannot_be_made_here_are_an_error():
    with pytest.raises(DataError, match="extractor"):
        with_sentences(dataset(80), "a")
