"""`euar features`: the right extractors, the noise, and the file that is written."""

import numpy as np
import pytest
from typer.testing import CliRunner

from euar import cli
from euar.data import MultimodalDataset, features
from tests.cli.refused import assert_refused
from tests.data.features.sources import Lengths
from tests.data.readers.writers.mosi import label_csv


@pytest.fixture(autouse=True)
def lengths(monkeypatch, tmp_path):
    monkeypatch.setitem(features.EXTRACTORS, "lengths", ((), Lengths))
    monkeypatch.setenv("EUAR_CACHE", str(tmp_path / "cache"))


def euar(*arguments):
    return CliRunner().invoke(cli.app, ["features", *(str(argument) for argument in arguments)])


def test_features_of_a_file_go_into_the_cache_and_to_out(tmp_path):
    done = euar(label_csv.write(tmp_path), "--texts", "lengths", "--out", tmp_path / "out.h5")
    assert done.exit_code == 0, done.output
    assert "text            2 features" in done.stdout
    data = MultimodalDataset.from_hdf5(tmp_path / "out.h5")
    assert data.modalities["text"][:, 0].tolist() == [len(text) for text in data.meta["raw"]["text"]]
    assert len(list((tmp_path / "cache" / "features").glob("*.h5"))) == 1


def test_noise_changes_the_test_split_alone(tmp_path):
    path = label_csv.write(tmp_path)
    outs = [tmp_path / "clean.h5", tmp_path / "noisy.h5"]
    euar(path, "--texts", "lengths", "--out", outs[0])
    done = euar(path, "--texts", "lengths", "--noise", "blank:10", "--seed", 0, "--out", outs[1])
    assert done.exit_code == 0, done.output
    clean, noisy = (MultimodalDataset.from_hdf5(out) for out in outs)
    same = (clean.modalities["text"] == noisy.modalities["text"]).all(axis=1)
    hit = features.Corruption("blank", 10, seed=0).hits(clean.ids, "text") & (clean.split == "test")
    assert hit.any()
    assert np.array_equal(~same, hit)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--texts", "w2v"], "one of minilm"),
        (["--texts", "lengths", "--noise", "gaussian:10"], "a modality for gaussian"),
        (["--texts", "lengths", "--noise", "loud"], "KIND:STRENGTH"),
        (["--variant", "x"], "variant"),
    ],
)
def test_bad_input_is_one_block(options, words, tmp_path):
    done = euar(label_csv.write(tmp_path), *options)
    assert_refused(done, words)


def test_a_set_without_raw_content_says_so(tmp_path):
    from tests.data.rows import make

    done = euar(make().to_hdf5(tmp_path / "a.h5"))
    assert done.exit_code == 2
    assert "nothing to extract" in done.stderr
