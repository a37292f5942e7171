"""Computational sequences: words to segments, frames to words, folds, and what is refused."""

import json

import h5py
import numpy as np
import pytest

from euar.data import DataError, readers
from tests.data.readers.writers.csd import folder as writer
from tests.data.refused import refused


@pytest.fixture
def content() -> writer.Content:
    return writer.content()


@pytest.fixture
def read(tmp_path):
    def run(content: writer.Content, folds: object = writer.FOLDS, **options):
        if folds is not None:
            (tmp_path / "folds.json").write_text(json.dumps(folds), encoding="utf-8")
        return readers.read(writer.save(tmp_path, content), **options)

    return run


def expected_rows(content: writer.Content) -> dict[str, list[tuple[str, float, float]]]:
    """Return {id: [(word, start, end), ...]} by loops."""
    found = {}
    for video, (segments, _) in content["Opinion Segment Labels"].items():
        for row, (start, end) in enumerate(segments):
            spoken = zip(*content["words"].get(video, ((), ())), strict=True)
            words = [(token[0].decode(), a, b) for (a, b), token in spoken if start <= (a + b) / 2 < end]
            found[f"{video}[{row}]"] = [word for word in words if word[0] != "sp"]
    return {name: words for name, words in found.items() if words}


def test_rows_of_the_writers_folder(tmp_path):
    data = readers.read(writer.write(tmp_path))
    assert data.meta["source"]["reader"] == "csd"
    assert data.meta["source"]["counts"] == {"train": 3, "valid": 2, "test": 2}
    assert data.meta["source"]["dropped"] == {"videos_without_labels": 0, "without_words": 2}
    assert [file["name"] for file in data.meta["source"]["files"]] == [
        "CMU_TINY_COVAREP.csd",
        "CMU_TINY_FACET_4.2.csd",
        "CMU_TINY_Opinion_Segment_Labels.csd",
        "CMU_TINY_words.csd",
        "folds.json",
    ]
    assert data.ids.tolist() == [
        *("alpha[0]", "alpha[1]", "alpha[2]"),
        *("bêta[0]", "bêta[1]"),
        *("gamma[0]", "gamma[1]"),
    ]
    assert data.groups.tolist() == ["alpha"] * 3 + ["bêta"] * 2 + ["gamma"] * 2
    assert data.target.tolist() == [1.0, 2.5, 3.0, -2.75, -3.0, 0.0, -0.5]
    assert data.in_features == {"audio": 3, "vision": 2}


def test_words_of_each_segment(read, content):
    texts = read(content).meta["raw"]["text"]
    assert texts.tolist() == ["well that", "is", "très good", "not my film", "at all", "so so", "and slow"]
    assert texts.tolist() == [" ".join(w for w, *_ in row) for row in expected_rows(content).values()]


@pytest.mark.parametrize(("root", "name"), [("COVAREP", "audio"), ("FACET_4.2", "vision")])
def test_a_word_has_the_mean_of_the_frames_that_overlap_it(root, name, read, content):
    data = read(content)
    frames, lengths = data.sequences[name]
    for row, words in zip(data.ids, expected_rows(content).values(), strict=True):
        place = data.ids.tolist().index(row)
        times, values = content[root][data.groups[place]]
        assert lengths[place] == len(words)
        assert not frames[place, lengths[place] :].any()
        for step, (_, start, end) in enumerate(words):
            inside = [k for k, (a, b) in enumerate(times) if a < end and b > start]
            mean = values[inside].mean(axis=0)
            assert frames[place, step] == pytest.approx(np.where(np.isneginf(mean), 0, mean))


def test_silence_becomes_0_and_is_counted(read, content):
    assert read(content).meta["source"]["replaced"] == {"audio": 3}


def test_other_numbers_that_are_not_finite_are_refused_or_replaced(read, content):
    content["COVAREP"]["alpha"][1][5, 1] = np.nan
    with pytest.raises(DataError, match="NaN or infinity in 1 place"):
        read(content)
    assert read(content, nan="zero").meta["source"]["replaced"] == {"audio": 4}


def test_a_rating_that_float32_cannot_hold_is_refused(read, content):
    times, ratings = content["Opinion Segment Labels"]["alpha"]
    content["Opinion Segment Labels"]["alpha"] = times, ratings.astype(float) * 1e300
    with pytest.raises(DataError, match="inf and the like in 3") as caught:
        read(content)
    assert caught.value.field == "target"


def test_the_order_of_frames_and_words_does_not_matter(read, content):
    expected = read(content).sha256
    for root in ("COVAREP", "FACET_4.2", "words"):
        for video, (times, values) in content[root].items():
            order = np.random.default_rng(1).permutation(len(times))
            content[root][video] = times[order], values[order]
    assert read(content).sha256 == expected


def test_glove_is_text_and_another_case_of_names_is_known(read, content):
    content["glove_vectors"] = content.pop("COVAREP")
    content["OPENFACE_2"] = content.pop("FACET_4.2")
    content["CMU_MOSI_TimestampedWords"] = content.pop("words")
    content["All Labels"] = content.pop("Opinion Segment Labels")
    for values in content["glove_vectors"].values():
        values[1][4, 0] = 0
    data = read(content)
    assert list(data.modalities) == ["vision", "text"]
    assert data.meta["raw"]["text"][0] == "well that"


def test_sequences_with_words_alone(read, content):
    data = read({root: content[root] for root in ("words", "Opinion Segment Labels")})
    assert data.modalities == {}
    assert len(data) == 7


def test_what_is_dropped_is_counted(read, content):
    del content["Opinion Segment Labels"]["gamma"]
    del content["COVAREP"]["alpha"], content["FACET_4.2"]["alpha"]
    times, ratings = content["Opinion Segment Labels"]["bêta"]
    content["Opinion Segment Labels"]["bêta"] = (
        np.concatenate([times, [[7, 8]]]),
        np.concatenate([ratings, ratings[:1]]),
    )
    content["Opinion Segment Labels"]["delta"] = writer.labels(((0, 1, 1, 0),))
    content["words"]["delta"] = writer.words(("hello",))
    for root, (rate, width) in writer.RATES.items():
        content[root]["delta"] = writer.frames(np.random.default_rng(0), 1, rate, width)
    data = read(content)
    assert data.ids.tolist() == ["bêta[0]", "bêta[1]"]
    assert data.meta["source"]["dropped"] == {
        "videos_without_labels": 1,
        "without_features": 3,
        "without_words": 2,
        "in_no_fold": 1,
    }


def test_a_modality_without_a_video_or_without_frames_at_its_words_is_not_available(read, content):
    del content["COVAREP"]["gamma"]
    times, values = content["FACET_4.2"]["alpha"]
    content["FACET_4.2"]["alpha"] = times[times[:, 1] < 1.5], values[times[:, 1] < 1.5]
    data = read(content)
    assert data.available["audio"].tolist() == [True] * 5 + [False] * 2
    assert data.available["vision"].tolist() == [True, False, False] + [True] * 4
    assert data.sequences["audio"][1].tolist() == [2, 1, 2, 3, 2, 0, 0]


def test_files_that_were_aligned_before_keep_their_ids(read, content):
    for root, videos in content.items():
        renamed = {f"{video}[4]": pair for video, pair in videos.items()}
        content[root] = renamed
    labels = content["Opinion Segment Labels"]
    labels |= {key: (times[:1], ratings[:1]) for key, (times, ratings) in labels.items()}
    data = read(content)
    assert data.ids.tolist() == ["alpha[4]", "bêta[4]", "gamma[4]"]
    assert data.groups.tolist() == ["alpha", "bêta", "gamma"]


def test_without_folds_whole_videos_are_drawn(read, content):
    for root, videos in content.items():
        content[root] = {f"{video}{copy}": pair for copy in range(10) for video, pair in videos.items()}
    data = read(content, folds=None)
    parts = [set(data.groups[data.split == word]) for word in ("train", "valid", "test")]
    assert all(parts)
    assert sum(map(len, parts)) == 30


def test_the_video_with_other_columns_is_named(read, content):
    times, values = content["COVAREP"]["bêta"]
    content["COVAREP"]["bêta"] = times, np.concatenate([values, values], axis=1)
    with pytest.raises(DataError) as caught:
        read(content)
    assert (caught.value.field, caught.value.found) == ("data/bêta/features", "6 in 'bêta'")
    assert caught.value.expected == "3 columns, as in most videos"
    assert caught.value.file.endswith("CMU_TINY_COVAREP.csd")


def test_a_file_without_any_video_of_the_labels_is_named(read, content):
    content["COVAREP"] = {"omega": content["COVAREP"]["alpha"]}
    with pytest.raises(DataError, match=r"COVAREP.csd: features: .* found none of them"):
        read(content)


def _set(root, video, part, value):
    def change(content):
        pair = list(content[root][video])
        pair[part] = value if not callable(value) else value(pair[part])
        content[root][video] = tuple(pair)

    return change


def _drop(root):
    return lambda content: content.pop(root)


def _rename(root, name):
    return lambda content: content.update({name: content.pop(root)})


LABELS = "Opinion Segment Labels"


@pytest.mark.parametrize(
    ("change", "field", "found"),
    [
        (_drop("words"), "words", "audio, vision, labels"),
        (_drop(LABELS), "labels", "audio, vision, words"),
        (_rename("COVAREP", "OpenFace_2"), "root", "'OpenFace_2'"),
        (_rename("COVAREP", "Phones"), "root", "'Phones'"),
        (_set("words", "alpha", 1, np.ones((8, 1))), "/words/data/alpha/features", "float64"),
        (_set("words", "alpha", 1, np.full((8, 1), b"\xe9")), "/words/data/alpha/features", "can't decode"),
        (_set("words", "alpha", 1, np.full((8, 2), b"a")), "/words/data/alpha/features", "(8, 2)"),
        (_set("words", "alpha", 0, lambda t: t[:, ::-1]), "/words/data/alpha/intervals", "0.5 to 0 in row 1"),
        (_set("words", "alpha", 0, lambda t: t[:-1]), "/words/data/alpha", "(7, 2) and (8, 1)"),
        (_set("words", "alpha", 0, lambda t: t[:, :1]), "/words/data/alpha", "(8, 1) and (8, 1)"),
        (_set("words", "alpha", 0, lambda t: t * np.nan), "/words/data/alpha/intervals", "NaN"),
        (_set("words", "alpha", 0, lambda t: t.astype("S8")), "/words/data/alpha/intervals", "|S8"),
        (_set(LABELS, "alpha", 1, lambda v: v * np.nan), "target", "nan and the like in 3"),
        (_set(LABELS, "alpha", 1, lambda v: v.astype(int)), f"/{LABELS}/data/alpha/features", "int64"),
        (_set("COVAREP", "alpha", 1, lambda v: v[:, 0]), "/COVAREP/data/alpha", "(32,)"),
        (_set("COVAREP", "alpha", 1, lambda v: v[:, :2]), "data/alpha/features", "2 in 'alpha'"),
        (_set("COVAREP", "alpha", 1, lambda v: v.astype("S8")), "/COVAREP/data/alpha/features", "|S8"),
        (
            _set("COVAREP", "alpha", 0, lambda t: np.stack([t[:, 0], t[::-1, 1] + 4], axis=1)),
            "data/alpha/intervals",
            "one that is",
        ),
    ],
)
def test_what_is_refused(change, field, found, read, content):
    change(content)
    with refused(field, found):
        read(content)


@pytest.mark.parametrize(
    ("folds", "found"),
    [
        ({"train": ["alpha"], "valid": ["gamma"]}, "KeyError: 'test'"),
        ({"train": ["alpha"], "valid": ["alpha"], "test": ["gamma"]}, "an id twice"),
        ({"train": ["alpha"], "valid": ["gamma"], "test": []}, "an empty list"),
        ({"train": ["alpha"], "valid": ["gamma"], "test": [3]}, "something else"),
        ({"train": ["alpha"], "valid": ["gamma"], "test": [[]]}, "TypeError"),
        ([["alpha"]], "TypeError"),
        ({"train": {"alpha": 1}, "valid": ["gamma"], "test": ["bêta"]}, "no list"),
        ({"train": "abc", "valid": ["gamma"], "test": ["bêta"]}, "no list"),
        ({"train": ["x"], "valid": ["y"], "test": ["z"]}, "none"),
    ],
)
def test_folds_that_are_refused(folds, found, read, content):
    with pytest.raises(DataError) as caught:
        read(content, folds)
    assert found in caught.value.found
    assert all(caught.value.args)


def test_a_file_that_declares_too_much_is_refused_before_it_is_read(tmp_path):
    writer.write(tmp_path)
    file = tmp_path / "CMU_TINY_COVAREP.csd"
    with h5py.File(file, "a") as content:
        del content["COVAREP/data/alpha/features"]
        content.create_dataset("COVAREP/data/alpha/features", (10**12, 3), "f4", chunks=(1024, 3))
    with pytest.raises(DataError, match="shape whose values are stored") as caught:
        readers.read(tmp_path)
    assert caught.value.file == str(file)


def test_one_endless_segment_among_many_is_refused_before_padding(read, content):
    content["words"]["alpha"] = writer.words(("word",) * 20_000)
    content["COVAREP"]["alpha"] = writer.frames(np.random.default_rng(0), 10_000, 1, 3)
    content[LABELS]["alpha"] = writer.labels(((0, 10_000, 1, 0),))
    content[LABELS]["gamma"] = writer.labels(((0, 3, 1, 0),) * 5_000)
    with pytest.raises(DataError, match="one of length 20000 among"):
        read(content)


def test_a_link_to_another_file_is_refused(tmp_path):
    writer.write(tmp_path)
    with h5py.File(tmp_path / "CMU_TINY_COVAREP.csd", "a") as content:
        del content["COVAREP/data/alpha"]
        content["COVAREP/data/alpha"] = h5py.ExternalLink("CMU_TINY_FACET_4.2.csd", "FACET_4.2/data/alpha")
    with pytest.raises(DataError, match="a link to another file"):
        readers.read(tmp_path)


def test_the_suffix_may_be_in_capitals(tmp_path):
    path = writer.write(tmp_path)
    expected = readers.read(path)
    for file in list(path.glob("*.csd"))[:2]:
        file.rename(file.with_suffix(".CSD"))
    assert readers.read(path).sha256 == expected.sha256
