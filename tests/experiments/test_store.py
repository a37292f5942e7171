import shutil
from dataclasses import replace

import numpy as np
import pytest

from euar import resources
from euar.experiments import store
from euar.experiments.measurement import Predicted, Result
from euar.files import DamagedFileError
from euar.training import Recipe
from tests.experiments.schema import stored, validate


def save(record, root, predictions=None):
    return store.save_result(Result(record, predictions or {}), root)


def test_a_result_comes_back(measured, tmp_path):
    path = store.save_result(measured, tmp_path)
    assert path == tmp_path / "train" / f"{measured.record['key']}.json"
    (found,) = store.load_results("train", tmp_path)
    assert found == stored(measured.record, predictions=["test"])
    validate(found)
    ids, values = store.load_predictions(found, tmp_path)["test"]
    assert list(ids) == list(measured.predictions["test"].ids)
    assert np.array_equal(values, measured.predictions["test"].values)
    assert values.dtype == np.float32


@pytest.mark.parametrize("place", ["--root /home/me/r", "--root=/home/me/r", "--out '/home/my r'"])
def test_the_place_of_a_result_is_no_part_of_its_command(place, result, tmp_path):
    command = "euar experiment mosi {}--only 'variant=a, b' --jobs 2"
    path = save(result | {"command": command.format(f"{place} ")}, tmp_path)
    assert store.read_result(path)["command"] == command.format("")


def test_a_result_without_predictions_is_read_too(result, tmp_path):
    save(result, tmp_path)
    (found,) = store.load_results("train", tmp_path)
    assert store.load_predictions(found, tmp_path) == {}
    assert store.load_predictions(result, tmp_path) == {}  # as results that were saved before say nothing


def test_predictions_that_are_lost_are_an_error_that_names_the_file(measured, tmp_path):
    path, _ = predictions_of(measured, tmp_path)
    path.unlink()
    (found,) = store.load_results("train", tmp_path)
    with pytest.raises(DamagedFileError, match=r"say about test, found no file.*delete its \.json") as caught:
        store.load_predictions(found, tmp_path)
    assert caught.value.file == str(path)


def test_test_splits_keep_their_own_rows(result, tmp_path):
    said = {"test": Predicted(np.array(["a", "b"]), np.zeros((3, 2)))}
    said["without doubles"] = Predicted(np.array(["a"]), np.ones((3, 1)))
    save(result, tmp_path, said)
    found = store.load_predictions(result, tmp_path)
    assert {name: one.values.shape for name, one in found.items()} == {
        "test": (3, 2),
        "without doubles": (3, 1),
    }


def predictions_of(measured, root):
    path = store.save_result(measured, root).with_suffix(".npz")
    return path, lambda: store.load_predictions(measured.record, root)


def test_predictions_stay_readable_without_euar(measured, tmp_path):
    path, _ = predictions_of(measured, tmp_path)
    with np.load(path) as file:
        assert np.array_equal(file["values/test"], measured.predictions["test"].values)


@pytest.mark.parametrize("content", [b"", None, b"nothing of the kind" * 9])
def test_damaged_predictions_are_one_named_error(content, measured, tmp_path):
    path, load = predictions_of(measured, tmp_path)
    path.write_bytes(path.read_bytes()[:200] if content is None else content)
    with pytest.raises(DamagedFileError, match="expected a SHA-256 at its end") as caught:
        load()
    assert caught.value.file == str(path)


def test_flipped_bytes_in_predictions_are_no_other_numbers(measured, tmp_path):
    path, load = predictions_of(measured, tmp_path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x41
    path.write_bytes(content)
    with pytest.raises(DamagedFileError, match="content with SHA-256"):
        load()


def test_predictions_of_another_result_are_refused(measured, tmp_path):
    path, load = predictions_of(measured, tmp_path)
    other = measured._replace(record=measured.record | {"key": "0" * 16})
    shutil.copy(store.save_result(other, tmp_path).with_suffix(".npz"), path)
    with pytest.raises(DamagedFileError, match="what those of 0000000000000000 say"):
        load()


def test_the_predictions_of_a_result_are_not_overwritten(measured, tmp_path):
    path, _ = predictions_of(measured, tmp_path)
    before = path.read_bytes()
    other = Predicted(measured.predictions["test"].ids, -measured.predictions["test"].values)
    with pytest.raises(FileExistsError):
        store.save_result(measured._replace(predictions={"test": other}), tmp_path)
    assert path.read_bytes() == before


def test_newest_first(result, tmp_path):
    for key, started in (("0" * 16, "2024-01-02"), ("1" * 16, "2024-01-03"), ("2" * 16, "2024-01-01")):
        save({**result, "key": key, "started": started}, tmp_path)
    assert [found["key"][0] for found in store.load_results("train", tmp_path)] == ["1", "0", "2"]


def test_nothing_is_overwritten(result, tmp_path):
    save(result, tmp_path)
    with pytest.raises(FileExistsError):
        save({**result, "seconds": 0.0}, tmp_path)
    assert store.load_results("train", tmp_path) == [stored(result, predictions=[])]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("", "JSONDecodeError"),
        (None, "JSONDecodeError"),
        ("[1, 2]", "a list at the top"),
        ("[" * 100_000 + "]" * 100_000, "RecursionError"),
        ('{"a":' * 40 + "1" + "}" * 40, "more than 32 levels"),
        ("{}", "experiment None"),
        ('{"experiment": "train", "key": 5}', "key 5"),
        (b'{"key": "\xff"}', "UnicodeDecodeError"),
    ],
)
def test_a_damaged_result_is_one_named_error(content, found, result, tmp_path):
    path = save(result, tmp_path)
    content = path.read_bytes()[:200] if content is None else content
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    for read in (store.read_result, lambda path: store.load_results("train", path.parent.parent)):
        with pytest.raises(DamagedFileError) as caught:
            read(path)
        assert caught.value.file == str(path)
        assert found in caught.value.found
        assert "delete it and measure it again" in caught.value.remedy


@pytest.mark.parametrize("part", ["config", "data", "code"])
def test_a_result_without_a_part_is_named(part, result, tmp_path):
    path = save(result | {part: {"name": "x"}}, tmp_path)
    with pytest.raises(
        DamagedFileError, match=rf"expected a result with a {part}\.\w+ .*, found {part}\.\w+ None"
    ):
        store.load_results("train", tmp_path)
    assert path.exists()


def test_a_result_under_another_name_is_refused(result, tmp_path):
    path = save(result, tmp_path)
    shutil.move(path, path.with_name("0.json"))
    with pytest.raises(DamagedFileError, match=rf"expected the result train/0, found train/{result['key']}"):
        store.load_results("train", tmp_path)


def test_what_is_there(result, tmp_path):
    assert store.experiments(tmp_path) == []
    assert store.load_results("grid", tmp_path) == []
    save({**result, "experiment": "grid"}, tmp_path)
    save(result, tmp_path)
    assert store.experiments(tmp_path) == ["grid", "train"]


def test_the_newest_result_of_a_measurement_is_found(asked, result, tmp_path):
    save(result, tmp_path)
    save({**result, "key": "f" * 16, "started": "2999-01-01T00:00:00+00:00"}, tmp_path)
    other = replace(asked, recipe=Recipe(epochs=3))
    ((known, found),) = store.newest("train", [other, asked], tmp_path)
    assert known == asked
    assert found["key"] == "f" * 16


def test_another_kind_of_measurement_with_the_same_fields_is_another(asked, result, tmp_path):
    config = result["config"] | {"measurement": "somewhere.else.Twins"}
    save({**result, "config": config}, tmp_path)
    assert store.newest("train", [asked], tmp_path) == []


def test_on_the_same_data_the_newest_of_each_system(result, tmp_path):
    def add(key, system, started, sha256=result["data"]["sha256"]):
        config = result["config"] | {"name": system}
        data = result["data"] | {"sha256": sha256}
        new = {"key": key * 16, "config": config, "started": started, "data": data}
        save({**result, **new}, tmp_path)

    add("0", "paper", "2")
    add("1", "paper", "3")
    add("2", "default", "1")
    add("3", "default", "4", sha256="0" * 64)  # other rows, variant or modalities
    found = store.on_same_data(result, tmp_path)
    assert {name: one["key"][0] for name, one in found.items()} == {"default": "2", "paper": "1"}


@pytest.mark.parametrize(("more", "shown"), [({}, "0"), ({"lr": "of each seed, the best"}, "1")])
def test_a_cell_of_a_sweep_over_recipes_is_no_reference(more, shown, result, tmp_path):
    request = result["config"]["request"]
    save({**result, "key": "0" * 16, "started": "1"}, tmp_path)
    swept = request | {"recipe": request["recipe"] | {"epochs": 99}}
    config = result["config"] | {"request": swept} | more  # with a rate of each seed's choice it is one
    save({**result, "key": "1" * 16, "started": "2", "config": config}, tmp_path)
    (found,) = store.on_same_data(result, tmp_path).values()
    assert found["key"][0] == shown


def test_older_code_is_recognised(result):
    old = {**result, "code": {**result["code"], "sha256": "0" * 64}}
    assert store.is_current(result)
    assert not store.is_current(old)
    assert store.age([result]) == result["started"][:10]
    assert store.age([old, {**old, "started": "2999-01-01"}]) == (
        f"{result['started'][:10]} to 2999-01-01, with older code"
    )


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """The results of a package that lies where pip puts it; the working directory is another."""
    package = tmp_path / "site-packages" / "euar"
    (package / "_resources" / "results").mkdir(parents=True)
    monkeypatch.setattr(resources, "files", lambda _: package)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return package / "_resources" / "results"


def test_nothing_is_written_into_an_installed_package(result, installed, tmp_path):
    path = store.save_result(Result(result, {}))
    assert path.parents[1] == tmp_path / "work" / "results"
    with pytest.raises(ValueError, match="expected a folder outside the installed package"):
        save(result, installed / "mine")
    assert not list(installed.rglob("*"))


def test_a_checkout_keeps_its_results(tmp_path, monkeypatch):
    (tmp_path / "results").mkdir()
    monkeypatch.setattr(resources, "files", lambda _: tmp_path / "euar")
    assert store.root_to_write() == tmp_path / "results"
    assert store.root_to_write(tmp_path / "other") == tmp_path / "other"
