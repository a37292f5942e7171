"""MVSA-Single: both layouts, the merge rule, texts, duplicates, and what is refused."""

import json
import shutil
from collections import Counter

import numpy as np
import pytest

from euar.data import DataError
from euar.data.readers.mvsa import _lists
from euar.data.readers.mvsa import folder as mvsa
from tests.data.readers.writers.mvsa import folder as writer

CLASSES = ["positive", "neutral", "negative"]
SPLIT_IDS = [name for names in writer.SPLITS.values() for name in names]


def read(path):
    return mvsa.read(path).dataset(mvsa.NAME, path, "refuse")


def change(path, old, new):
    content = path.read_bytes()
    assert content.count(old.encode()) == 1
    path.write_bytes(content.replace(old.encode(), new.encode()))


def without_splits(path):
    for name in writer.SPLITS:
        (path / f"{name}.jsonl").unlink()
    return path


@pytest.mark.parametrize(("write", "folder"), [(writer.write, "images"), (writer.write_published, "data")])
def test_rows_of_the_split_files(write, folder, tmp_path):
    path = write(tmp_path)
    assert mvsa.matches(path)
    data = read(path)
    assert data.ids.tolist() == SPLIT_IDS
    assert data.split.tolist() == ["train"] * 4 + ["valid"] * 2 + ["test"] * 2
    assert [CLASSES[label] for label in data.target] == [writer.LABELS[name][0] for name in SPLIT_IDS]
    assert data.target.dtype == np.int64
    assert data.meta["classes"] == CLASSES
    assert data.meta["raw_kinds"] == {"image": "image", "text": "text"}
    assert data.meta["raw"]["image"].tolist() == [f"{folder}/{name}.jpg" for name in SPLIT_IDS]
    assert data.meta["raw"]["text"].tolist() == [writer.TEXTS[name] for name in SPLIT_IDS]
    assert data.meta["source"]["dropped"] == {"opposite_labels": 1, "not_read": 2}


def test_without_split_files_merged_pairs_with_pictures_are_read(tmp_path):
    path = writer.write_unsplit(tmp_path)
    (path / "data" / "71.jpg").unlink()
    data = read(path)
    assert data.ids.tolist() == [name for name in writer.LABELS | writer.MORE if name not in ("23", "71")]
    labels = dict(zip(data.ids.tolist(), [CLASSES[label] for label in data.target], strict=True))
    assert labels["21"] == "positive"
    assert labels["22"] == "negative"
    assert labels["104"] == "neutral"
    assert data.meta["source"]["dropped"] == {"opposite_labels": 1, "not_read": 1}
    assert set(data.split.tolist()) == {"train", "valid", "test"}
    assert not data.meta["in_another_split"].any()  # groups are not parted
    assert data.groups[data.ids == "3"] == data.groups[data.ids == "6"]
    assert data.sha256 == read(path).sha256


@pytest.mark.parametrize(
    ("text", "image", "label"),
    [
        ("positive", "positive", "positive"),
        ("neutral", "neutral", "neutral"),
        ("neutral", "negative", "negative"),
        ("positive", "neutral", "positive"),
        ("positive", "negative", None),
        ("negative", "positive", None),
    ],
)
def test_the_merge_rule(text, image, label):
    assert _lists.merge(text, image) == label


def test_duplicates_are_grouped_counted_and_marked(tmp_path):
    path = writer.write(tmp_path)  # 3 and 6 have the same words, in train and valid
    shutil.copy(path / "images/12.jpg", path / "images/104.jpg")  # both in train
    shutil.copy(path / "images/6.jpg", path / "images/90.jpg")  # valid and test
    data = read(path)
    assert data.meta["source"]["duplicates"] == {
        "image_groups_across_splits": 1,
        "text_groups_across_splits": 1,
        "rows_in_another_split": 3,
    }
    groups = dict(zip(data.ids.tolist(), data.groups.tolist(), strict=True))
    assert groups == {
        "12": "12", "3": "3", "104": "12", "55": "55", "6": "3", "71": "71", "8": "8", "90": "3"
    }  # fmt: skip
    assert data.ids[data.meta["in_another_split"]].tolist() == ["3", "6", "90"]


def test_files_in_the_record(tmp_path):
    names = [file["name"] for file in read(writer.write(tmp_path)).meta["source"]["files"]]
    assert {"labelResultAll.txt", "mvsa_single.csv", "train.jsonl", "dev.jsonl", "test.jsonl"} < set(names)
    assert len(names) == 5 + 8


@pytest.mark.parametrize("header", ["ID\ttext,image\ttext,image", "id,text", ""])
def test_other_folders_do_not_match(header, tmp_path):
    (tmp_path / "labelResultAll.txt").write_text(f"{header}\n1\tneutral,neutral\n")
    assert not mvsa.matches(tmp_path)
    assert not mvsa.matches(tmp_path / "absent")
    assert not mvsa.matches(tmp_path / "labelResultAll.txt")


REFUSED = [
    ("labelResultAll.txt", "55\tpositive,positive", "55\tpositive", "'positive' of 55"),
    ("labelResultAll.txt", "55\tpositive,positive", "55\tpositive,nan", "'positive,nan' of 55"),
    ("labelResultAll.txt", "55\tpositive,positive", "12\tpositive,positive", "'12' twice"),
    ("labelResultAll.txt", "55\tpositive,positive", "../5\tpositive,positive", "'../5'"),
    ("labelResultAll.txt", "55\tpositive,positive", "55\tpositive,negative", "'positive' of '55'"),
    ("labelResultAll.txt", "55\tpositive,positive\n", "", "none for 55.jpg"),
    ("labelResultAll.txt", "ID\ttext,image", "ID\tlabels", "['ID', 'labels']"),
    (
        "train.jsonl",
        '"id": "55", "label": "positive"',
        '"id": "55", "label": "negative"',
        "'negative' of '55'",
    ),
    ("train.jsonl", '"id": "55"', '"id": 55', "55 in line 4"),
    ("train.jsonl", '"id": "55"', '"id": "56"', "'data/55.jpg' in line 4"),
    ("train.jsonl", '"img": "data/55.jpg"', '"image": "data/55.jpg"', "KeyError 'img' in line 4"),
    ("train.jsonl", '{"id": "55"', '{id: "55"', "JSONDecodeError"),
    ("train.jsonl", '{"id": "55"', "[" * 100_000 + '{"id": "55"', "RecursionError"),
    ("train.jsonl", '"id": "55"', '"id": NaN', "nan in line 4"),
    ("mvsa_single.csv", "Lost my keys", "Lost your keys", "another for 90"),
    ("mvsa_single.csv", "\n90,", "\n91,", "none for 90"),
    ("mvsa_single.csv", "\n90,", "\n8,", "'8' twice"),
]


@pytest.mark.parametrize(("file", "old", "new", "found"), REFUSED)
def test_contradictions_are_refused(file, old, new, found, tmp_path):
    path = writer.write(tmp_path)
    change(path / file, old, new)
    with pytest.raises(DataError) as caught:
        read(path)
    assert found in caught.value.found
    assert all(caught.value.args)


def test_a_tweet_in_two_splits_is_refused(tmp_path):
    path = writer.write(tmp_path)
    with (path / "dev.jsonl").open("a") as stream:
        stream.write((path / "test.jsonl").read_text().splitlines()[0])
    with pytest.raises(DataError, match="found '8' twice"):
        read(path)


def test_split_files_must_be_complete(tmp_path):
    path = writer.write(tmp_path)
    lines = (path / "train.jsonl").read_text().splitlines(keepends=True)
    (path / "train.jsonl").write_text("".join(lines[:-1]))
    with pytest.raises(DataError, match=r"found none for 55 \(1 in none\)"):
        read(path)
    (path / "train.jsonl").unlink()
    with pytest.raises(DataError, match=r"train.jsonl: file: expected a readable file"):
        read(path)


def test_split_files_may_have_merged_pairs(tmp_path):
    path = writer.write_published(tmp_path)
    row = {"id": "21", "label": "positive", "text": "Monday", "img": "data/21.jpg"}
    with (path / "test.jsonl").open("a") as stream:
        stream.write(json.dumps(row))
    assert read(path).ids[-1] == "21"


@pytest.mark.parametrize("name", ["8.jpg", "12.jpg"])
def test_a_cut_or_lost_picture_is_named(name, tmp_path):
    path = writer.write(tmp_path)
    picture = path / "images" / name
    picture.write_bytes(picture.read_bytes()[:-40])
    with pytest.raises(DataError, match=f"{name}: picture: .* the picture is cut off"):
        read(path)
    picture.unlink()
    with pytest.raises(DataError, match=f"{name}: picture: .* No such file"):
        read(path)


def test_a_picture_without_a_label_is_refused(tmp_path):
    path = writer.write(tmp_path)
    shutil.copy(path / "images/8.jpg", path / "images/99.jpg")
    with pytest.raises(DataError, match="found none for 99"):
        read(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "found 0"),
        (b"x" * 200_000, "found 200000"),
        (b"tr\xe8s \xff\xff", "expected UTF-8 or GB 18030, found neither"),
        ("\u597d".encode("iso2022_jp"), "expected UTF-8 or GB 18030, found ISO-2022-JP"),
        ("Café au lait".encode(), "found another for 55"),
    ],
)
def test_texts_that_are_refused(content, message, tmp_path):
    path = writer.write_published(tmp_path)
    (path / "data/55.txt").write_bytes(content)
    with pytest.raises(DataError, match=message):
        read(path)
    (path / "data/55.txt").unlink()
    with pytest.raises(DataError, match=r"55.txt: text: expected a readable file"):
        read(path)


def test_texts_in_proper_unicode_are_accepted_too(tmp_path):
    path = writer.write(tmp_path)
    file = path / "train.jsonl"
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    for row in rows:
        row["text"] = writer.TEXTS[row["id"]]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    texts = read(path).meta["raw"]["text"].tolist()
    assert texts == [writer.TEXTS[name] for name in SPLIT_IDS]


def test_a_folder_needs_pictures(tmp_path):
    path = without_splits(writer.write(tmp_path))
    for picture in (path / "images").iterdir():
        picture.unlink()
    with pytest.raises(DataError, match=r"expected ID.jpg of the tweets, found none"):
        read(path)
    (path / "images").rmdir()
    with pytest.raises(DataError, match="expected data/ or images/ with the pictures"):
        read(path)


def test_counts_of_the_real_set(real):
    data = read(real("mvsa"))
    classes = {word: np.bincount(data.target[data.split == word]).tolist() for word in data.split}
    assert classes == {"train": [851, 282, 422], "valid": [282, 95, 141], "test": [265, 93, 161]}
    assert Counter(data.split.tolist()) == {"train": 1555, "valid": 518, "test": 519}
    assert data.meta["source"]["dropped"] == {"opposite_labels": 4869 - 4511, "not_read": 4511 - 2592}
    duplicates = data.meta["source"]["duplicates"]
    assert duplicates["image_groups_across_splits"] == 11
    assert duplicates["text_groups_across_splits"] == 53
    assert Counter(data.split[data.meta["in_another_split"]].tolist()) == {
        "train": 59,
        "valid": 38,
        "test": 32,
    }


@pytest.mark.parametrize("suffix", [".JPG", ".jpeg", ".png"])
@pytest.mark.parametrize("write", [writer.write, writer.write_unsplit])
def test_the_suffix_of_a_picture_may_be_another(write, suffix, tmp_path):
    path = write(tmp_path)
    data = read(path)
    picture = next(path.glob("*/12.jpg"))
    picture.rename(picture.with_suffix(suffix))
    found = read(path)
    assert found.ids.tolist() == data.ids.tolist()
    assert found.meta["source"]["dropped"] == data.meta["source"]["dropped"]
    row = found.ids.tolist().index("12")
    assert found.meta["raw"]["image"][row] == f"{picture.parent.name}/12{suffix}"


def test_a_picture_of_another_format_is_refused(tmp_path):
    path = writer.write_unsplit(tmp_path)
    (path / "data" / "12.jpg").rename(path / "data" / "12.webp")
    (path / "data" / "12.webp").write_bytes(b"RIFF....WEBP")
    with pytest.raises(DataError, match=r"12.webp: picture: expected a JPEG or PNG file"):
        read(path)
