"""The template is sound as it is, in every part, and writes over nothing."""

import csv

import pytest

from euar.data import DataError, load, template
from euar.data.audit import audit


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home") / "mine"
    template.write(folder)
    return folder


def test_the_check_finds_nothing(folder):
    assert audit(folder).status == "ok"


def test_it_shows_what_a_folder_may_hold(folder):
    data = load(folder)
    assert (data.task, list(data.modalities)) == ("regression", ["face", "voice"])
    assert 0 < (~data.available["voice"]).sum() < 5
    assert data.groups is not None
    assert set(data.metadata["topic"]) == {"film", "food", "travel"}
    assert all(data.meta["source"]["counts"].values())


def test_its_new_rows_have_the_same_modalities_and_no_labels(folder):
    new, data = load(folder / "new", labels=False), load(folder)
    assert (new.in_features, new.labelled) == (data.in_features, False)
    assert not set(new.ids) & set(data.ids)


def test_the_read_me_names_every_file_and_two_of_the_columns(folder):
    text = (folder / "README.txt").read_text()
    names = {path.relative_to(folder).as_posix() for path in folder.iterdir()} - {"README.txt", "new"}
    assert all(name in text for name in names | {"new/", "id,", "label"})
    with (folder / "labels.csv").open() as stream:
        assert next(csv.reader(stream))[:2] == ["id", "label"]


def test_it_is_the_same_each_time(folder, tmp_path):
    again = template.write(tmp_path)  # an empty folder will do
    assert [path.read_bytes() for path in again] == [
        (folder / path.relative_to(tmp_path)).read_bytes() for path in again
    ]


@pytest.mark.parametrize("name", ["mine", "mine/labels.csv"])
def test_what_is_there_stays(name, folder):
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(DataError, match="expected a new or empty folder"):
        template.write(folder.parent / name)
    assert before == {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
