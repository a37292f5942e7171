"""Files that are opened, and what is not: pipes, devices, folders, links that lead out."""

import os
import socket
from pathlib import Path

import pytest

from euar.data import DataError
from euar.data.regular import check_inside, check_regular, read_bytes, regular_file


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "set" / "sub" / "a.txt"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"content")
    return path


def refusal(path: Path, **limits) -> DataError:
    with pytest.raises(DataError) as caught:
        read_bytes(path, **limits)
    assert caught.value.file == str(path)
    assert all(caught.value.args)
    return caught.value


def test_files_and_links_to_files_inside_are_opened(file):
    (file.parent / "link").symlink_to("a.txt")
    (file.parents[1] / "folder").symlink_to("sub")
    for path in (file, file.parent / "link", file.parents[1] / "folder" / "a.txt"):
        assert read_bytes(path) == read_bytes(path, folder=file.parents[1]) == b"content"
        check_inside(path, file.parents[1])
    with regular_file(file) as stream:
        assert stream.read(3) == b"con"


@pytest.mark.parametrize("linked", [False, True])
def test_what_is_no_regular_file_is_refused_at_once(linked, tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        monkeypatch.chdir(tmp_path)  # a socket's path must be short
        listener.bind("socket")
        places = {"pipe": "a named pipe", "socket": "a socket", ".": "a folder", "/dev/zero": "a device"}
        for name, found in places.items():
            path = tmp_path / name
            if linked:
                path = tmp_path / f"link to {found}"
                path.symlink_to(tmp_path / name)
            assert refusal(path).found == found


def test_a_pipe_that_takes_the_place_of_a_file_is_refused(file, monkeypatch):
    pipe = file.with_name("pipe")
    os.mkfifo(pipe)
    real = os.open
    monkeypatch.setattr(os, "open", lambda _path, *flags: real(pipe, *flags))
    assert refusal(file).found == "a named pipe"


def test_absent_files_and_impossible_names_are_refused(tmp_path):
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    for name in ("absent", "x" * 5000, "a\0b", "circle"):
        assert refusal(tmp_path / name).expected == "a readable file"
        assert refusal(tmp_path / name, folder=tmp_path).expected == "a readable file"


@pytest.mark.parametrize("name", ["../out.txt", "sub/../../out.txt", "link", "linked/out.txt", "absolute"])
def test_paths_that_lead_out_of_the_folder_are_refused(name, file):
    folder = file.parents[1]
    outside = folder.parent / "out.txt"
    outside.write_text("secret")
    (folder / "link").symlink_to(outside)
    (folder / "linked").symlink_to(folder.parent)
    path = outside if name == "absolute" else folder / name
    assert read_bytes(path) == b"secret"
    assert refusal(path, folder=folder).found == "a path that leads out of the folder"
    with pytest.raises(DataError, match="leads out"):
        check_inside(path, folder)
    with pytest.raises(DataError, match="leads out"):
        check_regular(path, folder=folder)


def test_files_larger_than_allowed_are_refused(file):
    assert read_bytes(file, most=7) == b"content"
    assert (refusal(file, most=6).expected, refusal(file, most=6).found) == ("at most 6 bytes", "7 bytes")


def test_a_file_that_grows_is_refused(file, monkeypatch):
    before = os.fstat

    def grown(descriptor):
        status = before(descriptor)
        with file.open("ab") as stream:
            stream.write(b"more")
        return status

    monkeypatch.setattr(os, "fstat", grown)
    with pytest.raises(DataError, match="as it has, found more"):
        read_bytes(file)
