"""Features are computed once, keyed by content, continued after a kill, and corrupted before extraction."""

import errno
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from euar.data import DataError, features, raw
from euar.data.corruption import noise_applies
from euar.data.features import Corruption
from euar.data.features.extract import _append, _batches_in
from tests.data.features.sources import ROWS, Lengths, dataset, measure

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def lengths(monkeypatch):
    monkeypatch.setitem(features.EXTRACTORS, "lengths", ((), Lengths))
    monkeypatch.setattr(Lengths, "seen", [])


@pytest.fixture
def data(tmp_path):
    (tmp_path / "pictures").mkdir()
    return dataset(tmp_path / "pictures")


def test_each_row_gets_what_the_extractor_makes_of_it(data, tmp_path):
    text = features.extract(data, "text", "lengths", cache=tmp_path)
    photo = features.extract(data, "photo", "lengths", cache=tmp_path)
    assert text.dtype == photo.dtype == np.float32
    assert text[:, 0].tolist() == [len(item) for item in raw.strings(data, "text")]
    expected = [raw.image(data, "photo", row).mean() for row in range(ROWS)]
    assert np.allclose(photo[:, 0], expected)


def test_nothing_is_computed_twice(data, tmp_path):
    first = features.extract(data, "text", "lengths", cache=tmp_path)
    count = len(Lengths.seen)
    assert np.array_equal(features.extract(data, "text", "lengths", cache=tmp_path), first)
    assert len(Lengths.seen) == count == ROWS
    assert len(list(tmp_path.glob("*.h5"))) == 1
    assert not list(tmp_path.glob("*.part"))


def test_another_content_or_version_is_computed_anew(data, tmp_path, monkeypatch):
    features.extract(data, "photo", "lengths", cache=tmp_path)
    picture = raw.locate(data, "photo", 3)[0]
    picture.write_bytes(raw.locate(data, "photo", 4)[0].read_bytes())
    changed = features.extract(data, "photo", "lengths", cache=tmp_path)
    assert changed[3, 0] == changed[4, 0]
    monkeypatch.setattr(Lengths, "version", "2")
    features.extract(data, "photo", "lengths", cache=tmp_path)
    assert len(Lengths.seen) == 3 * ROWS


def test_another_text_is_another_file(data, tmp_path):
    features.extract(data, "text", "lengths", cache=tmp_path)
    texts = np.array(["changed", *raw.strings(data, "text")[1:]])
    changed = replace(data, meta=dict(data.meta) | {"raw": {"text": texts}})
    assert features.extract(changed, "text", "lengths", cache=tmp_path)[0, 0] == len("changed")
    assert len(list(tmp_path.glob("*.h5"))) == 2


@pytest.mark.parametrize(
    "other", [("gaussian", 6), ("gaussian", 5 + 1e-9), ("salt-pepper", 5), ("gaussian", 5, 1)]
)
def test_another_corruption_is_another_file(other, data, tmp_path):
    features.extract(data, "photo", "lengths", corruption=Corruption("gaussian", 5), cache=tmp_path)
    features.extract(data, "photo", "lengths", corruption=Corruption(*other), cache=tmp_path)
    assert len(list(tmp_path.glob("*.h5"))) == 2


def test_a_killed_extraction_continues(data, tmp_path):
    folder, cache = tmp_path / "pictures", tmp_path / "cache"
    command = [sys.executable, "-m", "tests.data.features.killed", folder, cache]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "one batch\n"
    process.kill()
    process.communicate()
    assert not list(cache.glob("*.h5"))
    with next(cache.glob("*.part")).open("ab") as part:
        part.write(b"\x93NUMPY half a batch")
    found = features.extract(data, "text", "lengths", cache=cache)
    assert len(Lengths.seen) == ROWS - Lengths.batch_size
    assert np.array_equal(found, features.extract(data, "text", "lengths", cache=tmp_path))
    (continued,), (whole,) = cache.glob("*.h5"), tmp_path.glob("*.h5")
    assert continued.name == whole.name
    assert continued.read_bytes() == whole.read_bytes()


def test_a_full_disk_is_named_and_costs_no_batch(data, tmp_path, monkeypatch):
    module, room = sys.modules[_append.__module__], iter([True])

    def append(file, batch):
        if not next(room, False):
            file.write(b"half")
            raise OSError(errno.ENOSPC, "No space left on device")
        _append(file, batch)

    with monkeypatch.context() as patch, pytest.raises(OSError, match=r"No space left on device: '.*\.part'"):
        patch.setattr(module, "_append", append)
        features.extract(data, "text", "lengths", cache=tmp_path)
    features.extract(data, "text", "lengths", cache=tmp_path)
    assert len(Lengths.seen) == ROWS + Lengths.batch_size  # the second batch alone was computed twice


class Slow(Lengths):
    def extract(self, items):
        time.sleep(0.02)
        return super().extract(items)


def test_of_two_that_want_the_same_one_waits(data, tmp_path, monkeypatch):
    monkeypatch.setitem(features.EXTRACTORS, "lengths", ((), Slow))
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: features.extract(data, "text", "lengths", cache=tmp_path), range(2)))
    assert np.array_equal(*both)
    assert len(Lengths.seen) == ROWS


def test_a_damaged_file_is_refused_and_never_used(data, tmp_path):
    features.extract(data, "text", "lengths", cache=tmp_path)
    (path,) = tmp_path.glob("*.h5")
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(DataError, match="delete it, and the same command computes it again"):
        features.extract(data, "text", "lengths", cache=tmp_path)


def test_a_long_name_of_a_model_or_a_set_makes_a_file(data, tmp_path, monkeypatch):
    monkeypatch.setitem(features.EXTRACTORS, "bert", ((), lambda _model: Lengths()))
    for model in ("a" + "x" * 300, "b" + "x" * 300):
        features.extract(replace(data, name="n" * 300), "text", f"bert:{model}", cache=tmp_path)
    assert len(list(tmp_path.glob("*.h5"))) == 2


def test_what_a_kill_left_behind_is_cut_off(tmp_path):
    part, batches = tmp_path / "x.part", [np.full((2, 3), number) for number in range(3)]
    for batch in batches:
        with part.open("ab") as file:
            _append(file, batch)
            file.write(b"\x93NUMPY half a batch")
        found = _batches_in(part)
        assert np.array_equal(found[-1], batch)
    assert np.array_equal(np.stack(found), batches)


def test_the_cache_is_where_the_variable_says(data, tmp_path, monkeypatch):
    monkeypatch.setenv("EUAR_CACHE", str(tmp_path / "elsewhere"))
    features.extract(data, "text", "lengths")
    assert len(list((tmp_path / "elsewhere" / "features").glob("*.h5"))) == 1


def test_attach_puts_new_features_first_and_names_them(data, tmp_path):
    found = features.attach(data, {"text": "lengths"}, cache=tmp_path)
    found = features.attach(found, {"photo": "lengths"}, cache=tmp_path)
    assert list(found.in_features.items()) == [("photo", 2), ("text", 2)]
    assert found.meta["features"] == {"photo": "lengths", "text": "lengths"}
    assert features.attach(data, {}) is data


def test_defaults_are_for_what_has_no_features(data, tmp_path):
    assert features.defaults(data) == {"text": "minilm", "photo": "efficientnet-lite0"}
    assert features.defaults(features.attach(data, {"text": "lengths"}, cache=tmp_path)) == {
        "photo": "efficientnet-lite0"
    }


def test_corruption_comes_before_extraction_and_only_where_it_hits(data, tmp_path):
    clean = features.attach(data, {"text": "lengths", "photo": "lengths"}, cache=tmp_path)
    noise = Corruption("gaussian", 10, seed=1)
    hit = noise.hits(data.ids, "photo") & (data.split == "test")
    assert 0 < hit.sum() < 4
    Lengths.seen.clear()
    noisy = features.corrupted(clean, noise, cache=tmp_path)
    assert len(Lengths.seen) == hit.sum()
    assert np.array_equal(noisy.modalities["text"], clean.modalities["text"])
    assert np.array_equal(noisy.modalities["photo"][~hit], clean.modalities["photo"][~hit])
    for row in np.flatnonzero(hit):
        picture = noise.apply(raw.image(data, "photo", row), str(data.ids[row]), "photo")
        assert noisy.modalities["photo"][row, 0] == pytest.approx(measure(picture))
    assert noisy.meta["corruption"] == "gaussian:10:seed1:p0.5"


def test_the_clean_set_stays_as_it_was(data, tmp_path):
    clean = features.attach(data, {"photo": "lengths"}, cache=tmp_path)
    before = clean.sha256
    assert features.corrupted(clean, Corruption("gaussian", 10, p=1), cache=tmp_path).sha256 != before
    assert clean.sha256 == before


def test_which_rows_are_hit_depends_on_the_seed_and_p():
    ids = np.array([f"row-{row}" for row in range(200)])
    found = Corruption("blank", 5, seed=3, p=0.2).hits(ids, "text")
    assert np.array_equal(found, noise_applies(ids, "text", 3, 0.2))
    assert not np.array_equal(found, noise_applies(ids, "text", 0, 0.2))


def test_blanked_words_reach_the_extractor(data, tmp_path):
    clean = features.attach(data, {"text": "lengths"}, cache=tmp_path)
    noisy = features.corrupted(clean, Corruption("blank", 10, p=1), cache=tmp_path)
    test = data.split == "test"
    assert (noisy.modalities["text"][test, 0] == len("_ _ _")).all()


@pytest.mark.parametrize(("modality", "kind"), [("text", "gaussian"), ("photo", "blank")])
def test_a_noise_of_something_else_is_refused(modality, kind, data, tmp_path):
    with pytest.raises(DataError, match=f"{modality}.*for {kind}"):
        features.extract(data, modality, "lengths", corruption=Corruption(kind, 5), cache=tmp_path)


def test_a_noise_that_fits_nothing_is_refused(data, tmp_path):
    clean = features.attach(data, {"photo": "lengths"}, cache=tmp_path)
    with pytest.raises(DataError, match="a modality for blank"):
        features.corrupted(clean, Corruption("blank", 5), cache=tmp_path)


@pytest.mark.parametrize(
    ("modality", "extractor", "words"),
    [
        ("voice", "lengths", "one of text, photo"),
        ("text", "w2v", "one of minilm"),
        ("text", "bert", "bert:MODEL"),
        ("text", "minilm:x", "expected minilm"),
    ],
)
def test_what_is_refused(modality, extractor, words, data, tmp_path):
    with pytest.raises(DataError, match=words):
        features.extract(data, modality, extractor, cache=tmp_path)


def test_an_extractor_of_something_else_is_refused(data, tmp_path, monkeypatch):
    class OfPictures(Lengths):
        kinds = ("image",)

    monkeypatch.setitem(features.EXTRACTORS, "pictures", ((), OfPictures))
    with pytest.raises(DataError, match="an extractor of text"):
        features.extract(data, "text", "pictures", cache=tmp_path)


def test_a_missing_package_is_named(data, tmp_path, monkeypatch):
    monkeypatch.setitem(features.EXTRACTORS, "ours", (("no_such_package",), Lengths))
    with pytest.raises(DataError, match=r"no_such_package, found nothing; pip install \"euar\[features\]\""):
        features.extract(data, "text", "ours", cache=tmp_path)


@pytest.mark.parametrize(
    "text", ["gaussian", "gaussian:x", "blur:3", "gaussian:-1", "gaussian:nan", "gaussian:inf", ":5"]
)
def test_a_corruption_that_is_none_is_refused(text):
    with pytest.raises(DataError, match=r"for instance gaussian:10|strength: expected"):
        Corruption.parse(text)


def test_a_corruption_is_parsed():
    assert Corruption.parse("salt-pepper:5", seed=3) == Corruption("salt-pepper", 5.0, 3, 0.5)
    with pytest.raises(DataError):
        Corruption("gaussian", 5, p=1.5)
