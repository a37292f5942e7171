"""What a data set refuses, and what its methods return, against scikit-learn and plain indexing."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

from euar.data import DataError, MultimodalDataset
from tests.data.rows import ROWS, fields, make

TEXT = fields()["modalities"]["text"]
AUDIO = fields()["modalities"]["audio"]
FRAMES = np.zeros((ROWS, 5, 3), dtype=np.float32)
NAN_ROW = np.where(np.arange(ROWS)[:, None] == 3, np.nan, TEXT).astype(np.float32)
BARE = np.arange(ROWS) > 1
LENGTHS = np.ones(ROWS, dtype=np.int64)


def text(values):
    return {"modalities": {"text": values, "audio": AUDIO}}


def text_sequence(frames, lengths):
    return {"sequences": {"text": (frames, lengths)}}


BAD = {
    "no modality": ({"modalities": {}, "available": None, "sequences": None}, "modalities", "names"),
    "name with a slash": ({"modalities": {"te/xt": TEXT}}, "modalities", "letters"),
    "modality too short": (text(TEXT[:-1]), "modalities/text", "12 rows"),
    "float64 modality": (text(TEXT.astype(float)), "modalities/text", "float32"),
    "flat modality": (text(TEXT[:, 0]), "modalities/text", "2 dimension"),
    "no column": (text(TEXT[:, :0]), "modalities/text", "rows of numbers"),
    "list for an array": (text(TEXT.tolist()), "modalities/text", "NumPy"),
    "NaN in a row that counts": (text(NAN_ROW), "modalities/text", "finite"),
    "NaN target": ({"target": np.full(ROWS, np.nan, dtype=np.float32)}, "target", "finite"),
    "text target": ({"target": np.array(["good"] * ROWS)}, "target", "float32"),
    "int32 target": ({"target": np.zeros(ROWS, dtype=np.int32)}, "target", "int64"),
    "two class columns": ({"target": np.zeros((ROWS, 2), dtype=np.int64)}, "target", "1 dimension"),
    "negative class": ({"target": np.full(ROWS, -1)}, "target", "from 0"),
    "short target": ({"target": np.zeros(3, dtype=np.float32)}, "target", "12 rows"),
    "scalar target": ({"target": np.float32(1)}, "target", "NumPy array"),
    "negative sd": ({"target_sd": np.full(ROWS, -1.0)}, "target_sd", "from 0"),
    "id twice": ({"ids": ["a", "b", "b", *map(str, range(ROWS - 3))]}, "ids", "each id once"),
    "number as id": ({"ids": range(ROWS)}, "ids", "text"),
    "NUL in an id": ({"ids": ["a\0b", *map(str, range(ROWS - 1))]}, "ids", "without NUL"),
    "no row": ({"ids": [], "split": []}, "ids", "at least one row"),
    "unknown split": ({"split": ["dev"] * ROWS}, "split", "train | valid | test"),
    "short split": ({"split": ["train"]}, "split", "12 rows"),
    "short groups": ({"groups": ["a"]}, "groups", "12 rows"),
    "mask of numbers": ({"available": {"audio": np.ones(ROWS)}}, "available/audio", "bool"),
    "mask of nothing": ({"available": {"video": np.ones(ROWS, dtype=bool)}}, "available", "text, audio"),
    "bare rows": ({"available": {"text": BARE, "audio": BARE}}, "available", "every row"),
    "sequence of nothing": ({"sequences": {"video": (FRAMES, LENGTHS)}}, "sequences", "text"),
    "float lengths": (text_sequence(FRAMES, np.ones(ROWS)), "lengths/text", "int64"),
    "length past the end": (text_sequence(FRAMES, np.full(ROWS, 6)), "lengths/text", "up to 5"),
    "negative length": (text_sequence(FRAMES, np.full(ROWS, -1)), "lengths/text", "from 0"),
    "infinite frames": (text_sequence(FRAMES + np.inf, LENGTHS), "sequences/text", "finite"),
    "tuple in meta": ({"meta": {"pair": (1, 2)}}, "meta", "JSON"),
    "infinity in meta": ({"meta": {"limit": np.inf}}, "meta", "JSON"),
    "object in meta": ({"meta": {"thing": object()}}, "meta", "JSON"),
    "slash in meta": ({"meta": {"a/b": 1}}, "meta", "letters"),
    "meta array too short": ({"meta": {"deep": {"noise": np.zeros(3)}}}, "meta/deep/noise", "12 rows"),
    "meta array of one number": ({"meta": {"noise": np.array(3.0)}}, "meta/noise", "12 rows"),
    "meta array of objects": ({"meta": {"noise": np.array([None] * ROWS)}}, "meta/noise", "numbers"),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "field", "expected"), BAD.values(), ids=BAD)
def test_a_wrong_field_is_named_with_what_to_do(changes, field, expected):
    with pytest.raises(DataError) as caught:
        make(**changes)
    error = caught.value
    assert error.file == "rows"
    assert error.field == field
    assert expected in error.expected
    assert error.found
    assert error.remedy
    for part in (error.file, error.field, error.expected, error.found, error.remedy):
        assert part in str(error)


def test_an_error_survives_a_process_border():
    error = DataError("a.h5", "ids", "text", "numbers", "convert them")
    copy = pickle.loads(pickle.dumps(error))
    assert (str(copy), copy.remedy) == (str(error), "convert them")
    assert error.at("b.h5").file == "b.h5"


def test_properties_follow_the_arrays():
    data = make()
    assert (len(data), data.task, data.in_features) == (ROWS, "regression", {"text": 4, "audio": 2})
    assert make(target=np.arange(ROWS)).task == "classification"
    assert data.available["text"].all()
    assert data.available["audio"].sum() == ROWS - 1


@pytest.mark.parametrize("split", ["train", "valid", "test"])
def test_a_subset_takes_the_rows_of_every_array(split):
    data = make()
    rows = np.flatnonzero(np.array(fields()["split"]) == split)
    part = data.subset(split=split)
    assert set(part.split) == {split}
    assert part.ids.tolist() == [f"clip-{row}é" for row in rows]
    np.testing.assert_array_equal(part.modalities["audio"], AUDIO[rows])
    np.testing.assert_array_equal(part.available["audio"], rows != 1)
    np.testing.assert_array_equal(part.sequences["audio"][1], rows % 5 + 1)
    np.testing.assert_array_equal(part.meta["noise"]["text"], fields()["meta"]["noise"]["text"][rows])
    assert part.meta["noise"]["unit"] == "none"
    assert part.sha256 == data.subset(mask=data.split == split).sha256


WRONG_SUBSETS = {
    "nothing": {},
    "both": {"split": "train", "mask": np.ones(ROWS, dtype=bool)},
    "unknown word": {"split": "dev"},
    "row numbers": {"mask": np.arange(ROWS)},
    "short": {"mask": np.ones(3, dtype=bool)},
    "no row": {"mask": np.zeros(ROWS, dtype=bool)},
}


@pytest.mark.parametrize("wrong", WRONG_SUBSETS.values(), ids=WRONG_SUBSETS)
def test_a_subset_needs_one_selection_that_fits(wrong):
    with pytest.raises(DataError):
        make().subset(**wrong)


def test_chosen_modalities_keep_their_parts_and_order():
    data = make()
    assert list(data.with_modalities(["audio", "text"]).modalities) == ["audio", "text"]
    text = data.with_modalities(["text"])
    assert (set(text.available), text.sequences) == ({"text"}, {})
    with pytest.raises(DataError, match="some of text, audio, found 'video'"):
        data.with_modalities(["video"])
    with pytest.raises(DataError, match="a modality in every row"):
        data.with_modalities(["audio"])


def test_without_sequences_nothing_else_changes():
    data = make()
    part = data.without_sequences()
    assert (part.sequences, data.sequences.keys()) == ({}, {"audio"})
    assert replace(part, sequences=data.sequences).sha256 == data.sha256


def test_standardize_agrees_with_scikit_learn_on_available_training_rows():
    data = make().standardize()
    train = np.array(fields()["split"]) == "train"
    for name, known in {"text": np.ones(ROWS, dtype=bool), "audio": np.arange(ROWS) != 1}.items():
        values = fields()["modalities"][name].astype(np.float64)
        scaler = StandardScaler().fit(values[train & known])
        np.testing.assert_allclose(data.modalities[name][known], scaler.transform(values[known]), atol=1e-5)
        assert (data.modalities[name][~known] == 0).all()


def test_standardize_scales_the_frames_within_their_lengths():
    frames, lengths = fields()["sequences"]["audio"]
    scaled, _ = make().standardize().sequences["audio"]
    used = [frames[row, : lengths[row]] for row in range(7) if row != 1]
    scaler = StandardScaler().fit(np.concatenate(used))
    for row in set(range(ROWS)) - {1}:
        expected = scaler.transform(frames[row, : lengths[row]])
        np.testing.assert_allclose(scaled[row, : lengths[row]], expected, atol=1e-5)
        assert (scaled[row, lengths[row] :] == 0).all()
    assert (scaled[1] == 0).all()


def test_standardize_turns_a_column_that_training_holds_constant_to_zero():
    text = TEXT.copy()
    text[:7, 2] = 0.1
    assert (make(modalities={"text": text, "audio": AUDIO}).standardize().modalities["text"][:, 2] == 0).all()


def test_standardize_needs_training_rows():
    with pytest.raises(DataError, match="available training rows"):
        make(split=["test"] * ROWS).standardize()


def test_the_scales_of_one_set_serve_another():
    known, new = make(), make(split=["test"] * ROWS)
    scaled = new.scaled(known.scales())
    for name, values in known.standardize().modalities.items():
        np.testing.assert_array_equal(scaled.modalities[name], values)
    assert (scaled.sequences, scaled.meta["standardized"]) == ({}, known.standardize().meta["standardized"])


def test_a_set_says_that_it_is_standardised_and_is_not_so_twice(tmp_path):
    once = make().standardize()
    for part in (once, once.subset(split="test"), type(once).from_hdf5(once.to_hdf5(tmp_path / "once.h5"))):
        for act in (part.standardize, part.scales, lambda part=part: part.scaled(make().scales())):
            with pytest.raises(
                DataError, match="expected features in raw units, found a set that is standardised"
            ):
                act()
    other = make(modalities={"text": TEXT * 2, "audio": AUDIO}).standardize()
    assert other.meta["standardized"]["audio"] == once.meta["standardized"]["audio"]
    assert other.meta["standardized"]["text"] != once.meta["standardized"]["text"]


def test_rows_without_labels(tmp_path):
    ids, modalities = fields()["ids"], {"text": TEXT}
    rows = MultimodalDataset.unlabelled("new", modalities, ids, groups=["g"] * ROWS)
    assert (rows.labelled, make().labelled, set(rows.split)) == (False, True, {"test"})
    assert repr(rows) == "MultimodalDataset('new', 12 rows, {'text': 4}, no labels)"
    assert "new: 12 rows, no labels" in rows.describe()
    assert rows.subset(mask=np.arange(ROWS) < 2).ids.tolist() == ids[:2]
    again = MultimodalDataset.from_hdf5(rows.to_hdf5(tmp_path / "new.h5"))
    assert (again.labelled, again.sha256) == (False, rows.sha256)
    with pytest.raises(DataError, match="target: expected an entry a row"):
        make(target=None)


def test_a_notebook_shows_a_line_not_the_arrays():
    assert repr(make()) == "MultimodalDataset('rows', 12 rows, {'text': 4, 'audio': 2}, regression)"


def test_methods_leave_the_set_alone():
    data = make()
    before = data.sha256
    data.standardize(), data.subset(split="test"), data.with_modalities(["text"])
    assert data.sha256 == before


def test_the_hash_tells_every_array_apart_and_ignores_names():
    assert make().sha256 == make(name="other", meta=fields()["meta"] | {"source": "x"}).sha256
    changed = {
        "target": {"target": fields()["target"] + 1},
        "ids": {"ids": [f"clip-{row}" for row in range(ROWS)]},
        "split": {"split": ["train"] * ROWS},
        "groups": {"groups": None},
        "available": {"available": {"audio": ~np.isin(np.arange(ROWS), [1, 2])}},
        "meta": {"meta": {}},
    }
    hashes = {name: make(**change).sha256 for name, change in changed.items()}
    assert len({make().sha256, *hashes.values()}) == len(changed) + 1


def test_the_hash_ignores_how_wide_text_is_held():
    meta = {"pool": np.array(["x"] * ROWS, dtype="U40")}
    assert make(meta=meta).sha256 == make(meta={"pool": np.array(["x"] * ROWS)}).sha256


def test_describe_counts_rows_columns_and_classes():
    text = make().describe()
    for part in (
        "rows: 12 rows, regression",
        "train       7 rows",
        "text            4 features",
        "91.7%",
        "2 groups",
    ):
        assert part in text
    assert "classes 0, 12" in make(target=np.ones(ROWS, dtype=np.int64), split=["train"] * ROWS).describe()


@pytest.mark.parametrize("largest", [1024, 10**9, 2**40, 2**62])
def test_class_numbers_that_no_head_can_hold_are_refused_before_anything_counts_them(largest):
    target = np.array([0, 1] * (ROWS // 2 - 1) + [0, largest])
    with pytest.raises(DataError, match="expected classes below 1024, the number of classes at most"):
        make(target=target)
    assert make(target=np.minimum(target, 1023)).describe().count(", ") >= 1023
