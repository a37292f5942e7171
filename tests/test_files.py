import errno
import json
import math
import multiprocessing
import os
import platform
import socket
import threading
import time
from pathlib import Path

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


@pytest.mark.parametrize("code", [errno.EPERM, errno.EOPNOTSUPP, errno.EACCES, errno.ENOSYS])
def test_write_once_where_there_are_no_hard_links(code, tmp_path, monkeypatch):
    def no_link(*_args):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "link", no_link)
    path = tmp_path / "result.json"
    files.write_json_once(path, {"a": 1})
    with pytest.raises(FileExistsError):
        files.write_json_once(path, {"a": 2})
    assert files.read_json(path) == {"a": 1}
    assert list(tmp_path.iterdir()) == [path]


def _fails(*_args):
    raise OSError(errno.EIO, "Input/output error")


def test_a_result_that_cannot_be_moved_claims_no_name(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "link", _fails)
    monkeypatch.setattr(type(tmp_path), "rename", _fails)
    with pytest.raises(OSError, match="Input/output"):
        files.write_json_once(tmp_path / "result.json", {"a": 1})
    assert list(tmp_path.iterdir()) == []


def die_at_the_move(folder):
    os.link = _fails
    Path.rename = Path.replace = lambda *_args: os._exit(9)
    files.write_json_once(folder / "result.json", {"a": 1})


def test_a_kill_without_hard_links_leaves_no_empty_result(tmp_path, monkeypatch):
    process = multiprocessing.get_context("spawn").Process(target=die_at_the_move, args=(tmp_path,))
    process.start()
    process.join()
    assert process.exitcode == 9
    monkeypatch.setattr(os, "link", _fails)
    files.write_json_once(tmp_path / "result.json", {"a": 2})
    assert files.read_json(tmp_path / "result.json") == {"a": 2}
    assert len(list(tmp_path.iterdir())) == 1


def test_of_many_that_write_once_without_hard_links_one_does(tmp_path, monkeypatch):
    moved = Path.rename

    def slowly(path, target):
        time.sleep(0.02)  # others are between their look and their move, unless they are kept out
        moved(path, target)

    monkeypatch.setattr(os, "link", _fails)
    monkeypatch.setattr(Path, "rename", slowly)
    path, wins = tmp_path / "result.json", []

    def write(number):
        (tmp_path / f"{number}").write_text(f"{number}")
        try:
            files._move_once(tmp_path / f"{number}", path)
            wins.append(number)
        except FileExistsError:
            pass

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [path.read_text()] == [f"{number}" for number in wins]


def test_a_full_disk_names_the_file(tmp_path):
    path = tmp_path / "file"
    with pytest.raises(OSError, match="No space left") as caught, files.atomic(path):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert caught.value.filename == str(path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_names_the_file(tmp_path):
    path = tmp_path / "file"
    with pytest.raises(OSError, match="Read-only") as caught, files.atomic(path) as temporary:
        raise OSError(errno.EROFS, "Read-only file system", str(temporary))
    assert caught.value.filename == str(path)


def socket_at(path):
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(path))


NO_FILES = {
    "a folder": Path.mkdir,
    "a named pipe": os.mkfifo,
    "a socket": socket_at,
    "a device": lambda path: path.symlink_to(os.devnull),
}


@pytest.mark.parametrize("linked", [False, True])
@pytest.mark.parametrize("kind", NO_FILES)
def test_what_is_no_file_is_not_replaced(kind, linked, tmp_path):
    path, odd = tmp_path / "file", tmp_path / "odd"
    NO_FILES[kind](odd if linked else path)
    if linked:
        path.symlink_to(odd)
    before = os.lstat(path)
    with pytest.raises(files.DamagedFileError, match=f"expected a file, found {kind}; move it away, or"):
        files.write_json(path, {})
    assert os.lstat(path) == before
    assert {each.name for each in tmp_path.iterdir()} <= {"file", "odd"}


def write_and_die(folder):
    with files.atomic(folder / "folder") as temporary:
        temporary.mkdir()
        (temporary / "half").touch()
        with files.atomic(folder / "file") as temporary:
            temporary.write_text("half")
            os._exit(9)


def test_what_a_killed_process_left_is_swept_by_the_next_success(tmp_path):
    process = multiprocessing.get_context("spawn").Process(target=write_and_die, args=(tmp_path,))
    process.start()
    process.join()
    assert [path.suffix for path in tmp_path.iterdir()] == [".part"] * 2
    files.write_json(tmp_path / "other.json", {})
    assert [path.name for path in tmp_path.iterdir()] == ["other.json"]


def test_what_another_process_still_writes_is_not_swept(tmp_path):
    mine = tmp_path / f".file.{platform.node()}-{os.getppid()}.part"
    elsewhere, old = tmp_path / ".file.far-away-1.part", tmp_path / ".file.far-away-2.part"
    for part in (mine, elsewhere, old):
        part.write_text("half")
    os.utime(old, (0, time.time() - 90_000))
    files.write_json(tmp_path / "other.json", {})
    assert {path.name for path in tmp_path.iterdir()} == {mine.name, elsewhere.name, "other.json"}


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "JSONDecodeError"),
        (b'{"a": 1', "JSONDecodeError"),
        (b"[1]", "a list at the top"),
        (b"null", "a NoneType at the top"),
        (b"[" * 100_000, "RecursionError"),
        (b'{"a": ' * 33 + b"1" + b"}" * 33, "more than 32 levels"),
        (b'{"a": NaN}', "NaN, which JSON does not have"),
        (b'{"a": "\xff"}', "UnicodeDecodeError"),
        (b'{"a": ' + b"9" * 5000 + b"}", "Exceeds the limit"),
    ],
)
def test_odd_json_is_one_named_error(content, found, tmp_path):
    path = tmp_path / "file.json"
    path.write_bytes(content)
    with pytest.raises(files.DamagedFileError) as caught:
        files.read_json(path, "measure it again")
    assert (caught.value.file, caught.value.remedy) == (str(path), "measure it again")
    assert found in caught.value.found
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_no_damage(tmp_path):
    with pytest.raises(FileNotFoundError):
        files.read_json(tmp_path / "file.json")
