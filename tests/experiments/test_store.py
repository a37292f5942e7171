import json
import shutil

import pytest

from euar.experiments import store
from euar.files import DamagedFileError, to_json


def stored(result, **changes):
    return json.loads(to_json({**result, **changes}))


def test_a_result_comes_back(result, tmp_path):
    path = store.save_result(result, tmp_path)
    assert path == tmp_path / "train" / f"{result['key']}.json"
    assert store.load_results("train", tmp_path) == [stored(result)]


def test_newest_first(result, tmp_path):
    for key, started in (("0" * 16, "2024-01-02"), ("1" * 16, "2024-01-03"), ("2" * 16, "2024-01-01")):
        store.save_result({**result, "key": key, "started": started}, tmp_path)
    assert [found["key"][0] for found in store.load_results("train", tmp_path)] == ["1", "0", "2"]


def test_nothing_is_overwritten(result, tmp_path):
    store.save_result(result, tmp_path)
    with pytest.raises(FileExistsError):
        store.save_result({**result, "seconds": 0.0}, tmp_path)
    assert store.load_results("train", tmp_path) == [stored(result)]


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
    path = store.save_result(result, tmp_path)
    content = path.read_bytes()[:200] if content is None else content
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    for read in (store.read_result, lambda path: store.load_results("train", path.parent.parent)):
        with pytest.raises(DamagedFileError) as caught:
            read(path)
        assert caught.value.file == str(path)
        assert found in caught.value.found
        assert "delete it and measure it again" in caught.value.remedy


def test_a_result_under_another_name_is_refused(result, tmp_path):
    path = store.save_result(result, tmp_path)
    shutil.move(path, path.with_name("0.json"))
    with pytest.raises(DamagedFileError, match=rf"expected the result train/0, found train/{result['key']}"):
        store.load_results("train", tmp_path)


def test_what_is_there(result, tmp_path):
    assert store.experiments(tmp_path) == []
    assert store.load_results("grid", tmp_path) == []
    store.save_result({**result, "experiment": "grid"}, tmp_path)
    store.save_result(result, tmp_path)
    assert store.experiments(tmp_path) == ["grid", "train"]


def test_the_newest_result_of_each_preset(result, tmp_path):
    for key, preset, started in (("0", "paper", "2"), ("1", "paper", "3"), ("2", "default", "1")):
        config = result["config"] | {"preset": preset}
        store.save_result({**result, "key": key * 16, "config": config, "started": started}, tmp_path)
    newest = store.newest_by_preset("train", tmp_path)
    assert [(preset, found["key"][0]) for preset, found in newest.items()] == [
        ("default", "2"),
        ("paper", "1"),
    ]


def test_a_path_is_no_experiment(result, tmp_path):
    store.save_result(result, tmp_path / "elsewhere")
    assert store.newest_by_preset(str(tmp_path / "elsewhere" / "train"), tmp_path) == {}


def test_older_code_is_recognised(result):
    assert store.is_current(result)
    assert not store.is_current({**result, "code": {**result["code"], "sha256": "0" * 64}})


def test_the_committed_results_are_found():
    for name in store.experiments():
        assert all(result["experiment"] == name for result in store.load_results(name))
