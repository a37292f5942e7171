import json
import math

import pytest

from euar import files


def test_nan_becomes_null_everywhere():
    text = files.to_json({"a": math.nan, "b": [1.5, {"c": (math.nan, "x")}]})
    assert json.loads(text) == {"a": None, "b": [1.5, {"c": [None, "x"]}]}


def test_infinity_is_an_error():
    with pytest.raises(ValueError, match="not JSON compliant"):
        files.to_json({"a": math.inf})


def test_a_failed_block_leaves_nothing(tmp_path):
    path = tmp_path / "new" / "file.txt"
    with pytest.raises(RuntimeError), files.atomic(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert list(path.parent.iterdir()) == []


def test_the_old_file_stands_until_the_block_ends(tmp_path):
    path = tmp_path / "file.txt"
    path.write_text("old")
    with files.atomic(path) as temporary:
        temporary.write_text("new")
        assert path.read_text() == "old"
        assert temporary.parent == path.parent
    assert path.read_text() == "new"


def test_write_once(tmp_path):
    path = tmp_path / "x" / "result.json"
    files.write_json_once(path, {"a": 1})
    with pytest.raises(FileExistsError):
        files.write_json_once(path, {"a": 2})
    assert files.read_json(path) == {"a": 1}
    assert len(list(path.parent.iterdir())) == 1
