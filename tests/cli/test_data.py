"""`euar data`: what people read and type, from the list of sets to a converted file."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from euar import cli
from euar.cli import data as commands
from euar.data import DataError, MultimodalDataset, catalogue, download, readers
from euar.data.readers import contract
from tests.data.readers.writers.mosi import label_csv


def euar(*arguments):
    return CliRunner().invoke(cli.app, ["data", *(str(argument) for argument in arguments)])


@pytest.fixture
def own(tmp_path):
    """A folder as users lay it out, with a NaN among its features."""
    folder = tmp_path / "mine"
    folder.mkdir()
    rows = "".join(f"{row},{row / 10}\n" for row in range(40))
    (folder / "labels.csv").write_text("id,label\n" + rows)
    values = np.random.default_rng(0).normal(size=(40, 3))
    values[7, 1] = np.nan
    np.save(folder / "face.npy", values)
    return folder


def test_list_shows_every_set_and_every_format(tmp_path, monkeypatch):
    monkeypatch.setenv("EUAR_DATA", str(tmp_path))
    (tmp_path / "mosi").mkdir()
    shown = euar("list").stdout
    for name in catalogue.entries():
        assert name in shown
    for reader in (*readers.FILES, *readers.SPARE, *readers.PICKLES):
        assert f"{reader.NAME:<18} {contract.described(reader)}\n" in shown
    assert "(folder of .csd files); from the published layout\n" in shown
    assert "euar data get nyud" in shown
    assert "euar data get mosi" not in shown


@pytest.mark.parametrize("name", ["embedded", "mosi", "nyud"])
def test_info_prints_the_card(name):
    assert euar("info", name).stdout == catalogue.card(name) + "\n"


def test_info_of_nothing_lists_what_there_is():
    done = euar("info", "imagenet")
    assert done.exit_code == 2
    assert "mosi" in done.stderr


def test_get_without_accepting_prints_the_terms_and_fetches_nothing(tmp_path):
    done = euar("get", "mosi", "--to", tmp_path)
    assert done.exit_code == 2
    assert catalogue.entry("mosi").terms in done.stderr
    assert "--accept-terms" in done.stderr
    assert not list(tmp_path.iterdir())


def test_get_puts_the_set_into_the_data_folder(tmp_path, monkeypatch):
    asked = []

    def get(name, folder, **options):
        asked.append((name, folder, options["accept_terms"]))
        return folder

    monkeypatch.setattr(download, "get", get)
    monkeypatch.setenv("EUAR_DATA", str(tmp_path))
    assert euar("get", "nyud", "--accept-terms").stdout == f"nyud: {tmp_path / 'nyud'}\n"
    assert asked == [("nyud", tmp_path / "nyud", True)]


def test_a_download_that_fails_is_one_block(tmp_path, monkeypatch):
    def get(*_args, **_options):
        raise DataError("a.csv", "download", "an answer", "none", "put it there by hand")

    monkeypatch.setattr(download, "get", get)
    done = euar("get", "nyud", "--accept-terms", "--to", tmp_path)
    assert (done.exit_code, done.stderr) == (
        2,
        "euar: a.csv: download: expected an answer, found none; put it there by hand\n",
    )


def test_check_prints_a_report_or_json(tmp_path):
    path = label_csv.write(tmp_path)
    text, as_json = euar("check", path), euar("check", path, "--json")
    assert text.exit_code == as_json.exit_code == 0
    report = json.loads(as_json.stdout)
    assert report["source"] == "label.csv"
    assert all(item["check"] in text.stdout for item in report["items"])


def test_check_takes_the_names_that_a_training_takes(tmp_path, monkeypatch):
    monkeypatch.setenv("EUAR_DATA", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert euar("check", "embedded").stdout.startswith("embedded: warn\n")
    assert euar("check", "embedded", "--variant", "x").exit_code == 2
    absent = euar("check", "mosei")
    assert absent.exit_code == 2
    assert "euar data get mosei" in absent.stderr
    (tmp_path / "mosei").mkdir()
    label_csv.write(tmp_path / "mosei")
    assert euar("check", "mosei").stdout.startswith("mosei: ")
    assert "FAIL  readable" in euar("check", "nowhere").stdout


def test_check_of_a_damaged_file_fails_with_the_reason(tmp_path):
    path = label_csv.write(tmp_path)
    path.write_text(path.read_text().replace("3.0,valid", "three,valid"))
    done = euar("check", path)
    assert done.exit_code == 2
    assert "FAIL  readable" in done.stdout
    assert "'three' in line 5" in done.stdout


def test_convert_writes_what_it_read(own, tmp_path):
    refused = euar("convert", own, tmp_path / "out.h5")
    assert refused.exit_code == 2
    assert "--nan zero" in refused.stderr
    assert not (tmp_path / "out.h5").exists()
    done = euar("convert", own, tmp_path / "out.h5", "--nan", "zero")
    assert done.exit_code == 0, done.output
    assert "40 rows, regression" in done.stdout
    data = MultimodalDataset.from_hdf5(tmp_path / "out.h5")
    assert data.sha256 == readers.read(own, nan="zero").sha256
    assert data.modalities["face"][list(data.ids).index("7"), 1] == 0


def test_convert_keeps_rows_without_labels_for_predict(tmp_path):
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "face.csv").write_text("id,a,b\nx,1,2\ny,3,4\n")
    done = euar("convert", tmp_path / "new", tmp_path / "new.h5")
    assert done.exit_code == 0, done.output
    assert "new: 2 rows, no labels" in done.stdout
    rows = readers.read(tmp_path / "new.h5", labels=False)
    assert (rows.ids.tolist(), rows.modalities["face"].tolist()) == (["x", "y"], [[1, 2], [3, 4]])
    check = euar("check", tmp_path / "new.h5")
    assert check.exit_code == 2
    assert "a label in every row" in " ".join(check.stdout.split())


def test_the_template_is_written_once(tmp_path):
    done = euar("template", tmp_path / "mine")
    assert done.exit_code == 0, done.output
    assert str(tmp_path / "mine" / "labels.csv") in done.stdout.splitlines()
    assert euar("check", tmp_path / "mine").exit_code == 0
    again = euar("template", tmp_path / "mine")
    assert (again.exit_code, again.stderr.count("\n")) == (2, 1)
    assert "expected a new or empty folder" in again.stderr


def test_two_spellings_of_a_class_are_one_line(tmp_path):
    rows = "".join(f"{row},{('yes', 'no')[row % 2]}\n" for row in range(40))
    (tmp_path / "labels.csv").write_text("id,label\n" + rows.replace("yes", "yes ", 1))
    np.save(tmp_path / "face.npy", np.random.default_rng(0).normal(size=(40, 3)))
    done = euar("check", tmp_path)
    assert done.exit_code == 0
    assert done.stderr == f"euar: {tmp_path / 'labels.csv'}: label: 'yes' and 'yes ' taken for one class\n"


@pytest.mark.parametrize(
    ("options", "words"), [(["--nan", "mean"], "refuse or zero"), (["--variant", "x"], "variant")]
)
def test_convert_refuses_what_it_does_not_know(options, words, own, tmp_path):
    done = euar("convert", own, tmp_path / "out.h5", *options)
    assert done.exit_code == 2
    assert words in done.stderr


def test_help_names_every_command():
    shown = euar("--help").stdout
    for name in ("list", "get", "check", "convert", "template"):
        assert name in shown


def test_presence_of_a_set_that_ships():
    assert commands._presence(catalogue.entry("embedded")) == "ships with euar"
