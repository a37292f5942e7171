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
    target = rng.normal(size=rows).astype(np.float32)
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
    report = leaks.checked(path)
    assert report.status == "fail"
    assert report.items[-4].check == "leak test/text"


def test_a_checked_file_that_cannot_be_read_has_no_leak_test(tmp_path):
    (tmp_path / "a.csv").write_text("nothing\n")
    assert [item.check for item in leaks.checked(tmp_path / "a.csv").items] == ["readable"]
