"""Tokens are those of the tokenizer, computed once, with noise where it hits."""

import numpy as np
import pytest

from euar.data import DataError, prepared, storage
from euar.data.features import Corruption
from tests.data.features.sources import ROWS, dataset
from tests.encoders.tiny import WORDS, bert

TEXTS = ["good film", "bad", "a very good film", "not a film", ""] + ["good"] * (ROWS - 5)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return bert(tmp_path_factory.mktemp("bert"))


@pytest.fixture
def data(tmp_path):
    (tmp_path / "pictures").mkdir()
    return dataset(tmp_path / "pictures", TEXTS)


def words(row, length):
    return [WORDS[number] for number in row[:length]]


def test_a_row_is_its_words_between_the_marks_of_both_ends(data, model, tmp_path):
    values, lengths, _ = prepared.tokens(data, "text", model, 32, cache=tmp_path)
    assert values.dtype == lengths.dtype == np.int64
    assert values.shape == (ROWS, 6)
    for row, length, text in zip(values, lengths, TEXTS, strict=True):
        assert words(row, length) == ["[CLS]", *text.split(), "[SEP]"]
        assert not row[length:].any()


def test_a_long_text_is_cut_and_keeps_its_ends(data, model, tmp_path):
    values, lengths, _ = prepared.tokens(data, "text", model, 4, cache=tmp_path)
    assert words(values[2], lengths[2]) == ["[CLS]", "a", "very", "[SEP]"]


def test_nothing_is_computed_twice_but_for_another_text_tokenizer_or_length(
    data, model, tmp_path, monkeypatch
):
    written = []
    write = storage.write
    monkeypatch.setattr(storage, "write", lambda path, *rest: written.append(path) or write(path, *rest))
    first = prepared.tokens(data, "text", model, 32, cache=tmp_path)
    again = prepared.tokens(data, "text", model, 32, cache=tmp_path)
    assert np.array_equal(first.values, again.values)
    assert first.key == again.key == written[0].name
    assert len(written) == 1
    prepared.tokens(data, "text", model, 31, cache=tmp_path)
    prepared.tokens(data.subset(mask=np.arange(ROWS) > 0), "text", model, 32, cache=tmp_path)
    prepared.tokens(data, "text", model, 32, corruption=Corruption("blank", 10), cache=tmp_path)
    assert len(set(written)) == 4


def test_another_tokenizer_in_the_same_folder_is_another_file(data, tmp_path):
    folder = tmp_path / "bert"
    folder.mkdir()
    model = bert(folder)
    before = prepared.tokens(data, "text", model, 32, cache=tmp_path)
    (folder / "vocab.txt").write_text("\n".join(reversed(WORDS)))
    assert prepared.tokens(data, "text", model, 32, cache=tmp_path).key != before.key


def test_blanked_words_are_blank_where_the_noise_hits(data, model, tmp_path):
    noise = Corruption("blank", 10, p=0.5)
    hit = noise.hits(data.ids, "text")
    assert 0 < hit.sum() < ROWS
    values, lengths, _ = prepared.tokens(data, "text", model, 32, corruption=noise, cache=tmp_path)
    for row, length, text, noisy in zip(values, lengths, TEXTS, hit, strict=True):
        inner = ["_"] * len(text.split()) if noisy else text.split()
        assert words(row, length)[1:-1] == inner


def test_what_is_no_text_or_no_model_is_named(data, model, tmp_path):
    with pytest.raises(DataError, match="raw/photo: expected text, found image"):
        prepared.tokens(data, "photo", model, 32, cache=tmp_path)
    with pytest.raises(DataError, match="raw/smell: expected one of text, photo"):
        prepared.tokens(data, "smell", model, 32, cache=tmp_path)
    with pytest.raises(DataError, match="model: expected a folder, or NAME@COMMIT"):
        prepared.tokens(data, "text", "nowhere", 32, cache=tmp_path)


def test_a_damaged_file_of_the_cache_is_named(data, model, tmp_path):
    key = prepared.tokens(data, "text", model, 32, cache=tmp_path).key
    (tmp_path / key).write_bytes(b"nothing")
    with pytest.raises(DataError, match="delete it, and the same command computes it again"):
        prepared.tokens(data, "text", model, 32, cache=tmp_path)
