"""What stands where a source has a file: pipes, devices, folders and links out are refused at once."""

import os
import shutil
from pathlib import Path

import pytest

from euar.data import DataError, readers
from tests.data.readers.fuzz.bounds import bounded
from tests.data.readers.fuzz.test_fuzz import WRITERS, written

APPLE = bytes.fromhex("00051607 00020000") + b"Mac OS X        " + bytes(56)  # an AppleDouble file
#: What cannot be told from a file that is absent, in formats that have other files too: (writer, suffix).
ABSENT = {("nyud/pairs", ".png")}


@pytest.fixture(scope="module", params=WRITERS)
def source(request, tmp_path_factory):
    return written(request.param, tmp_path_factory.mktemp("source"))


def _pipe(path: Path, _outside: Path) -> None:
    os.mkfifo(path)


def _device(path: Path, _outside: Path) -> None:
    path.symlink_to("/dev/zero")


def _folder(path: Path, _outside: Path) -> None:
    path.mkdir()


def _link_out(path: Path, outside: Path) -> None:
    path.symlink_to(outside)


PLACES = {"a pipe": _pipe, "a device": _device, "a folder": _folder, "a link out": _link_out}


def _chosen(names: list[str]) -> list[str]:
    """Return the first two and the last file of each folder and suffix: pictures are many and alike."""
    alike: dict[tuple, list[str]] = {}
    for name in names:
        alike.setdefault((Path(name).parent, Path(name).suffix), []).append(name)
    return sorted({name for group in alike.values() for name in (*group[:2], group[-1])})


@pytest.mark.parametrize("place", PLACES)
def test_what_is_no_file_of_the_source_is_refused_at_once(place, source, request, tmp_path):
    writer = request.node.callspec.params["source"]
    for number, name in enumerate(_chosen(list(source.files))):
        folder, outside = tmp_path / str(number), tmp_path / f"{number}.outside"
        path = source.copy(folder, name, source.files[name])
        shutil.move(folder / name, outside)
        PLACES[place](folder / name, outside)
        if path == folder / name and place in ("a folder", "a link out"):
            continue  # another source, named by the user
        if place != "a link out" and any(writer == w and name.endswith(end) for w, end in ABSENT):
            continue
        with bounded(), pytest.raises(DataError) as caught:
            readers.read(path)
        assert all(isinstance(part, str) and part for part in caught.value.args)
        if writer.startswith("own/") and place != "a link out":
            assert Path(name).name in str(caught.value)


def test_links_inside_the_folder_are_followed(source, tmp_path):
    path = source.copy(tmp_path / "set", "", b"")
    for number, name in enumerate(source.files):
        place = path if path.is_dir() else path.parent
        real = place / ".real" / str(number)
        real.parent.mkdir(exist_ok=True)
        shutil.move(tmp_path / "set" / name, real)
        (tmp_path / "set" / name).symlink_to(real)
    assert readers.read(path).sha256 == source.sha256


def test_what_systems_leave_beside_files_is_passed_over(source, tmp_path):
    path = source.copy(tmp_path, "", b"")
    for name in [*source.files, "__MACOSX/x.png"]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).with_name(f"._{Path(name).name}").write_bytes(APPLE)
    for folder in {(tmp_path / name).parent for name in source.files}:
        for name in (".DS_Store", "Thumbs.db", "desktop.ini"):
            (folder / name).write_bytes(APPLE)
    with bounded():
        assert readers.read(path).sha256 == source.sha256


def test_a_suffix_in_capitals_loses_no_row(source, request, tmp_path):
    writer = request.node.callspec.params["source"]
    expected = sorted(readers.read(source.copy(tmp_path / "as it was", "", b"")).ids)
    for number, name in enumerate(_chosen(list(source.files))):
        if (writer, Path(name).name) in ABSENT:
            continue
        folder = tmp_path / str(number)
        path = source.copy(folder, "", b"")
        file = (folder / name).rename((folder / name).with_suffix(Path(name).suffix.upper()))
        with bounded():
            try:
                assert sorted(readers.read(file if path == folder / name else path).ids) == expected
            except DataError as error:
                assert all(isinstance(part, str) and part for part in error.args)
