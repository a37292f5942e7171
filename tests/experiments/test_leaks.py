"""The leak test: features that know test labels are flagged, honest ones are not."""

import json
import math

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from euar.data import MultimodalDataset
from euar.experiments import leaks
from euar.experiments.linear import baselines

COUNTS = (1284, 229, 686)


def made(leak=0.0, name="mosi", fitted=None):
    """Ratings as many as MOSI's; text tells a little of them, `leak` more where an extractor knew them."""
    rng = np.random.default_rng(0)
    rows = sum(COUNTS)
    target = np.clip(rng.normal(size=rows), -3, 3).astype(np.float32)
    split = np.repeat(["train", "valid", "test"], COUNTS)
    groups = np.array([f"video-{row // 20}" for row in range(rows)])
    known = np.ones(rows, dtype=bool) if fitted is None else fitted(groups)
    strength = 0.5 + leak * known
    text = strength[:, None] * target[:, None] + rng.normal(size=(rows, 4))
    return MultimodalDataset(
        name=name,
        modalities={"text": text.astype(np.float32), "audio": rng.normal(size=(rows, 3)).astype(np.float32)},
        target=target,
        ids=list(map(str, range(rows))),
        split=split,
        groups=groups,
        meta={} if fitted is None else {"fitted_on": known},
    )


def classes(leak, **changes):
    """Classes as many as MVSA's; image tells a little of them, text `leak` more."""
    counts = (1555, 518, 519)
    rng, rows = np.random.default_rng(0), sum(counts)
    target = rng.integers(0, 3, rows)
    signal = np.eye(3)[target]
    fields = {
        "name": "mvsa",
        "modalities": {
            "image": (signal + rng.normal(size=(rows, 3))).astype(np.float32),
            "text": ((1 + leak) * signal + rng.normal(size=(rows, 3))).astype(np.float32),
        },
        "target": target,
        "ids": list(map(str, range(rows))),
        "split": np.repeat(["train", "valid", "test"], counts),
    }
    return MultimodalDataset(**fields | changes)


def test_honest_features_pass_and_leaked_ones_are_flagged():
    honest, leaked = (leaks.leak_test(made(leak))["modalities"] for leak in (0, 3))
    assert not honest["text"]["flagged"]
    assert leaked["text"]["flagged"]
    assert not leaked["audio"]["flagged"]
    items = leaks.leak_items({"modalities": leaked})
    assert [item.status for item in items] == ["fail", "info", "ok", "info"]
    lowest = min(score for *_, score in leaked["text"]["groups"])
    assert f"Acc2 {lowest:.3f} to 1.000" in items[1].found


def test_the_score_is_ridges_share_of_right_signs():
    data = made()
    found = leaks.leak_test(data)["modalities"]["text"]
    assert found["score"] == round(baselines(data.with_modalities(["text"]))["ridge"]["acc2"], 3)
    train, test = (data.subset(split=split) for split in ("train", "test"))
    plain = Ridge(1.0).fit(train.modalities["text"], train.target).predict(test.modalities["text"])
    assert found["score"] == pytest.approx(np.mean((plain > 0) == (test.target > 0)), abs=0.01)


def test_the_standard_error_is_that_of_the_ceiling():
    found = leaks.leak_test(made())
    text = found["modalities"]["text"]
    assert found["n"] == COUNTS[2]
    error = math.sqrt(text["ceiling"] * (1 - text["ceiling"]) / found["n"])
    assert text["standard_error"] == pytest.approx(error, abs=5e-5)
    assert text["beyond"] == pytest.approx((text["score"] - text["ceiling"]) / error, abs=0.1)


def test_three_standard_errors_decide(monkeypatch):
    found = leaks.leak_test(made(0.5))["modalities"]["text"]
    for beyond, flagged in ((2.9, False), (3.1, True)):
        low, high = 0.5, found["score"]  # the ceiling for which the score is so far beyond it
        for _ in range(60):
            ceiling = (low + high) / 2
            error = math.sqrt(ceiling * (1 - ceiling) / COUNTS[2])
            low, high = (ceiling, high) if (found["score"] - ceiling) / error > beyond else (low, ceiling)
        entry = {"kind": "language", "metric": "acc2", "figure": ceiling, "source": "x"}
        monkeypatch.setattr(leaks, "ceilings", lambda _name, entry=entry: {"language": entry})
        assert leaks.leak_test(made(0.5))["modalities"]["text"]["flagged"] == flagged


def fitted_reading(modality, rows_of):
    """The leak test of noise that a model fitted to the labels of some rows has read."""
    data = made()
    noise = np.random.default_rng(1).normal(size=(len(data), 1500))
    rows = rows_of(data)
    reading = Ridge(1.0).fit(noise[rows], data.target[rows]).predict(noise)
    values = {modality: reading[:, None].astype(np.float32)}
    part = MultimodalDataset(**{**vars(data), "modalities": values, "available": None})
    return leaks.leak_test(part)["modalities"][modality]


def test_features_fitted_to_test_labels_are_flagged_and_those_fitted_to_training_labels_are_not():
    leaked = fitted_reading("audio", lambda data: np.ones(len(data), dtype=bool))
    honest = fitted_reading("audio", lambda data: data.split == "train")
    assert leaked["flagged"]
    assert not honest["flagged"]
    assert honest["score"] == pytest.approx(0.5, abs=0.08)  # noise tells nothing


def test_a_leak_that_stays_below_the_ceiling_is_not_seen():
    leaked = fitted_reading("text", lambda data: np.ones(len(data), dtype=bool))
    assert leaked["score"] > 0.7  # of noise, which tells nothing
    assert not leaked["flagged"]


def test_classes_are_scored_by_accuracy():
    found = leaks.leak_test(classes(4))
    assert (found["metric"], found["n"]) == ("accuracy", 519)
    assert {m: tested["flagged"] for m, tested in found["modalities"].items()} == {
        "image": False,
        "text": True,
    }
    data = classes(4)
    accuracy = baselines(data.with_modalities(["text"]))["logistic"]["accuracy"]
    assert found["modalities"]["text"]["score"] == round(accuracy, 3)
    assert leaks.leak_items(found)[1].found.startswith("logistic alone: accuracy ")


def test_ceilings_of_ratings_do_not_judge_classes():
    assert leaks.leak_test(classes(4, name="mosi")) == {}


def test_our_own_simulation_is_not_taken_for_mosi_by_its_counts():
    assert leaks.leak_test(made(3, name="simulated")) == {}


@pytest.mark.parametrize("word", ["train", "valid", "test"])
def test_a_modality_that_a_split_lacks_is_left_out(word):
    data = made()
    part = MultimodalDataset(**{**vars(data), "available": {"audio": data.split != word}})
    assert list(leaks.leak_test(part)["modalities"]) == ["text"]


def test_without_labels_to_score_there_is_no_test():
    data = made()
    zero = np.where(data.split == "test", 0, data.target).astype(np.float32)
    pair = np.stack([data.target, data.target], axis=1)
    for target in (zero, pair):
        assert leaks.leak_test(MultimodalDataset(**{**vars(data), "target": target})) == {}


def test_groups_have_their_own_scores_that_add_up():
    found = leaks.leak_test(made())["modalities"]["text"]
    rows, scores = zip(*((n, score) for _, n, score in found["groups"]), strict=True)
    assert sum(rows) == COUNTS[2]
    assert np.average(scores, weights=rows) == pytest.approx(found["score"], abs=2e-3)


def test_seen_and_unseen_groups_are_told_apart():
    def even(groups):
        return np.array([int(name.removeprefix("video-")) % 2 == 0 for name in groups])

    found = leaks.leak_test(made(3, fitted=even))["modalities"]["text"]
    assert found["seen"] > found["unseen"] + 0.1
    assert all(int(name.removeprefix("video-")) % 2 == 0 for name in found["seen_groups"])
    by_group = leaks.leak_items({"modalities": {"text": found}})[1].found
    assert by_group.endswith(f"fitted on {found['seen']:.3f}, others {found['unseen']:.3f}")


def test_a_file_of_another_name_is_recognised_by_its_counts():
    assert leaks.leak_test(made(name="aligned_50"))["modalities"]["text"]["source"].startswith(
        "EUAR, Table 2"
    )
    assert leaks.leak_test(made(name="x").subset(mask=np.arange(sum(COUNTS)) != 0)) == {}
    assert leaks.leak_test(made(name="x"), name="mosei")["modalities"]["text"]["ceiling"] == 0.853


def test_rows_without_the_modality_do_not_count():
    data = made()
    there = np.random.default_rng(1).random(len(data)) < 0.5
    part = MultimodalDataset(**{**vars(data), "available": {"text": there}})
    rows = sum(n for _, n, _ in leaks.leak_test(part)["modalities"]["text"]["groups"])
    assert rows <= np.sum(there & (data.split == "test"))


def test_the_result_is_json():
    report = leaks.leak_test(made(3))
    assert json.loads(json.dumps(report)) == report


def test_ceilings_are_fractions_with_a_source():
    for data in ("mosi", "mosei"):
        known = leaks.ceilings(data)
        assert set(known) == {"language", "vision", "audio"}
        for entry in known.values():
            assert 0.5 < entry["figure"] < 1
            assert entry["source"]


def test_a_checked_file_holds_the_leak_test(tmp_path):
    path = made(3).to_hdf5(tmp_path / "mosi.h5")
    report = leaks.audited(path)
    assert report.status == "fail"
    assert report.items[-4].check == "leak test/text"


def test_a_checked_file_says_which_modality_was_not_tested(tmp_path):
    report = leaks.audited(
        made(name="mine").subset(mask=np.arange(sum(COUNTS)) > 99).to_hdf5(tmp_path / "a.h5")
    )
    items = {item.check: item for item in report.items if item.check.startswith("leak test")}
    assert list(items) == ["leak test/text", "leak test/audio"]
    assert all(item.status == "info" and item.found.startswith("not done") for item in items.values())


def test_a_checked_file_that_cannot_be_read_has_no_leak_test(tmp_path):
    (tmp_path / "a.csv").write_text("nothing\n")
    assert [item.check for item in leaks.audited(tmp_path / "a.csv").items] == ["readable"]
