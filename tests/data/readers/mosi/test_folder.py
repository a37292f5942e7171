"""CMU-MOSI in its three variants: what is joined, split and dropped."""

import hashlib

import numpy as np
import pytest

from euar.data import DataError, readers
from euar.data.readers.mosi import folder as mosi
from tests.data.readers.writers.mosi import bc_lstm
from tests.data.readers.writers.mosi import folder as writer

VARIANTS = ("official", "unseen-video", "leaked")


@pytest.fixture
def folder(tmp_path):
    return writer.write(tmp_path)


def expected_features(name: str) -> np.ndarray:
    """Return the features of the listed utterances, looked up one by one."""
    found = {}
    for part, rows in bc_lstm.ROWS.items():
        for row, values in zip(rows, bc_lstm.features(part)[name], strict=True):
            found[bc_lstm.TRANSCRIPTS[row][0]] = values
    return np.array([found[utterance] for utterance, *_ in writer.LABELS], dtype=np.float32)


@pytest.mark.parametrize("variant", VARIANTS)
def test_ratings_come_from_the_list_and_features_from_the_release(variant, folder):
    data = readers.read(folder, variant=variant)
    assert data.meta["source"]["reader"] == "mosi"
    assert len(data.meta["source"]["files"]) == 10
    assert data.meta["source"]["dropped"] == {"without_rating": 1}
    assert data.ids.tolist() == [name for name, *_ in writer.LABELS]
    assert data.target.tolist() == [np.float32(rating) for _, _, rating, _ in writer.LABELS]
    for name, values in data.modalities.items():
        assert np.array_equal(values, expected_features(name))


def test_official_has_the_texts_and_audio_alone(folder):
    data = readers.read(folder)
    assert data.sha256 == readers.read(folder, variant="official").sha256
    assert data.split.tolist() == [word for *_, word in writer.LABELS]
    assert list(data.modalities) == ["audio"]
    assert data.meta["raw"]["text"].tolist() == [text for _, text, *_ in writer.LABELS]
    assert "fitted_on" not in data.meta


def test_unseen_video_tests_on_videos_that_the_features_never_saw(folder):
    data = readers.read(folder, variant="unseen-video")
    first = min(("cé", "d", "e"), key=lambda video: hashlib.sha256(video.encode()).hexdigest())
    rest = {"aa_1": "train", "b-": "train"} | dict.fromkeys(("cé", "d", "e"), "test") | {first: "valid"}
    assert data.split.tolist() == [rest[video] for video in data.groups]
    assert data.meta["fitted_on"].tolist() == [word == "train" for word in data.split]
    assert list(data.modalities) == ["text", "audio", "video"]


def test_leaked_marks_the_test_rows_that_the_features_saw(folder):
    data = readers.read(folder, variant="leaked")
    assert data.split.tolist() == [word for *_, word in writer.LABELS]
    assert data.meta["fitted_on"].tolist() == [video in ("aa_1", "b-") for video in data.groups]
    assert data.meta["fitted_on"][data.split == "test"].all()
    assert list(data.modalities) == ["text", "audio", "video"]


def test_the_variants_are_listed_and_others_are_refused(folder):
    assert mosi.VARIANTS == VARIANTS
    with pytest.raises(DataError, match="one of official, unseen-video, leaked"):
        readers.read(folder, variant="clean")


def test_one_part_alone_is_not_this_set(folder):
    assert readers.read(folder / "bc_lstm").meta["source"]["reader"] == "bc-lstm"
    (folder / "bc_lstm").rename(folder / "release")
    source = readers.read(folder).meta["source"]
    assert (source["reader"], source["left_out"]) == ("label-csv", ["release"])


def test_a_release_that_lacks_its_transcripts_is_refused(folder):
    file = folder / "bc_lstm" / "transcripts.csv"
    file.rename(file.with_name("transcripts (1).csv"))
    with pytest.raises(DataError) as caught:
        readers.read(folder)
    assert caught.value.file == str(file)


def test_a_rating_without_features_is_refused(folder):
    path = folder / "label.csv"
    path.write_text(path.read_text(encoding="utf-8") + "f_1,new,1.0,train\n", encoding="utf-8")
    with pytest.raises(DataError, match="none of 'f_1'"):
        readers.read(folder)


def test_features_of_an_utterance_without_rating_are_not_given_to_another(folder):
    path = folder / "bc_lstm" / "text_test.csv"
    path.write_bytes(path.read_bytes().replace(b'"6",', b'"5",'))
    with pytest.raises(DataError, match="more than once"):
        readers.read(folder)


@pytest.mark.parametrize(
    ("variant", "counts", "videos"),
    [
        ("official", (1281, 229, 685), (52, 10, 31)),
        ("unseen-video", (1444, 212, 539), (62, 10, 21)),
        ("leaked", (1281, 229, 685), (52, 10, 31)),
    ],
)
def test_counts_of_the_real_set(variant, counts, videos, real):
    data = readers.read(real("mosi"), variant=variant)
    assert tuple(data.meta["source"]["counts"].values()) == counts
    words = ("train", "valid", "test")
    assert tuple(len(set(data.groups[data.split == word])) for word in words) == videos
    assert data.meta["source"]["dropped"] == {"without_rating": 4}


def test_24_of_the_31_official_test_videos_were_seen(real):
    data = readers.read(real("mosi"), variant="leaked")
    test = data.split == "test"
    assert len(set(data.groups[test & data.meta["fitted_on"]])) == 24
    assert len(set(data.groups[test & ~data.meta["fitted_on"]])) == 7


def test_the_labels_of_the_release_are_the_signs_of_the_ratings(real):
    ratings = readers.read(real("mosi"))
    release = readers.read(real("mosi/bc_lstm"))
    classes = dict(zip(release.ids, release.target, strict=True))
    assert [classes[name] for name in ratings.ids] == (ratings.target >= 0).tolist()
