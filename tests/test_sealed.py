import pytest

from euar import sealed
from euar.files import DamagedFileError


def test_what_was_written_comes_back(tmp_path):
    for content in (b"", b"x", bytes(range(256)) * 9):
        sealed.write(tmp_path / "file", content)
        assert sealed.read(tmp_path / "file", "") == content


def test_any_flipped_bit_is_found(tmp_path):
    path = tmp_path / "file"
    sealed.write(path, b"some content")
    whole = path.read_bytes()
    for i in range(len(whole)):
        path.write_bytes(whole[:i] + bytes([whole[i] ^ 1]) + whole[i + 1 :])
        with pytest.raises(DamagedFileError):
            sealed.read(path, "")


def test_the_error_names_file_hashes_and_remedy(tmp_path):
    path = tmp_path / "file"
    sealed.write(path, b"old")
    path.write_bytes(path.read_bytes().replace(b"old", b"new"))
    with pytest.raises(DamagedFileError) as caught:
        sealed.read(path, "delete it")
    error = caught.value
    assert (error.file, error.remedy) == (str(path), "delete it")
    assert sealed.sha256(b"old") in error.expected
    assert error.found == sealed.sha256(b"new")
    assert str(error) == f"{path}: expected {error.expected}, found {error.found}; delete it"


def test_another_value_in_json_is_found(tmp_path):
    path = tmp_path / "file.json"
    sealed.write_json(path, {"a": 0.1, "b": [None, "x"]})
    assert sealed.read_json(path, "") == {"a": 0.1, "b": [None, "x"]}
    path.write_text(path.read_text().replace("0.1", "0.2"))
    with pytest.raises(DamagedFileError, match="SHA-256"):
        sealed.read_json(path, "")


def test_json_without_a_hash_is_refused(tmp_path):
    path = tmp_path / "file.json"
    path.write_text("{}")
    with pytest.raises(DamagedFileError, match="SHA-256 None"):
        sealed.read_json(path, "")
