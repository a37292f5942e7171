"""ZIP files that are small and hold much, whatever their packing; many members, deep or long names."""

import io
import struct
import tarfile
import time
import tracemalloc
import zipfile
import zlib

import numpy as np
import pytest

from euar.data import DataError, archives
from euar.data.readers import array_files

PACKINGS = {"deflate": zipfile.ZIP_DEFLATED, "bzip2": zipfile.ZIP_BZIP2, "lzma": zipfile.ZIP_LZMA}
LARGE = 2**29


def bomb(path, packing: int, size: int = LARGE) -> None:
    """Write an NPZ file of zeros."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "|u1", "fortran_order": False, "shape": (size,)})
    with (
        zipfile.ZipFile(path, "w", packing) as archive,
        archive.open("values.npy", "w", force_zip64=True) as stream,
    ):
        stream.write(header.getvalue())
        for _ in range(size // 2**20):
            stream.write(bytes(2**20))


def lying(path, size: int, declared: int) -> None:
    """Write a ZIP file with one deflated member that holds far more than it declares."""
    name = b"values.npy"
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    content = b"".join([packer.compress(bytes(2**20)) for _ in range(size // 2**20)] + [packer.flush()])
    common = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, 0, len(content), declared, len(name), 0)
    local = b"PK\3\4" + common + name + content
    central = b"PK\1\2" + struct.pack("<H", 20) + common + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name
    end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)
    path.write_bytes(local + central + end)


def refused(call, *arguments) -> DataError:
    """Call, and return the error that comes in little time and memory."""
    tracemalloc.start()
    start = time.process_time()
    try:
        with pytest.raises(DataError) as caught:
            call(*arguments)
        assert tracemalloc.get_traced_memory()[1] < 2**26
    finally:
        tracemalloc.stop()
    assert time.process_time() - start < 10
    assert all(caught.value.args)
    return caught.value


@pytest.mark.parametrize("packing", PACKINGS)
def test_bombs_are_refused_whatever_their_packing(packing, tmp_path):
    path = tmp_path / "bomb.npz"
    bomb(path, PACKINGS[packing])
    assert path.stat().st_size < 2**20
    for call in (lambda: array_files.npz(path), lambda: archives.extract(path, tmp_path / "out")):
        error = refused(call)
        assert error.file == str(path)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("packing", ["bzip2", "lzma"])
def test_packings_that_cannot_be_bounded_are_named(packing, tmp_path):
    path = tmp_path / "small.npz"
    bomb(path, PACKINGS[packing], 2**20)
    assert f"packed with {packing}" in refused(array_files.npz, path).found


def test_a_member_that_declares_little_is_unpacked_no_further(tmp_path):
    path = tmp_path / "bomb.npz"
    lying(path, LARGE, 1000)
    refused(array_files.npz, path)
    refused(archives.extract, path, tmp_path / "out")


def test_savez_compressed_is_read(tmp_path):
    values = np.arange(10.0)
    np.savez_compressed(tmp_path / "a.npz", a=values, b=values[:3])
    found = array_files.npz(tmp_path / "a.npz")
    assert np.array_equal(found["a"], values)
    assert np.array_equal(found["b"], values[:3])


def test_many_arrays_are_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        for number in range(1001):
            archive.writestr(f"{number}.npy", b"")
    assert refused(array_files.npz, tmp_path / "a.npz").found == "1001"


def test_a_huge_list_of_members_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(4000):
            archive.writestr(zipfile.ZipInfo(f"{number:04}" + "x" * 5000), b"")
    assert "headers of at most" in refused(archives.extract, path, tmp_path / "out").expected


@pytest.mark.parametrize("name", ["a/" * 33 + "b", "x" * 1001, "e" + "\u0301" * 1001])
def test_deep_and_long_names_are_refused(name, tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, b"x")
    assert (
        "names up to 1000 letters and 32 folders deep"
        in refused(archives.extract, path, tmp_path / "out").expected
    )


def test_folders_that_only_names_make_are_counted(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(10):
            archive.writestr(f"{number}/" + "a/" * 20 + "b", b"")
    with pytest.raises(DataError, match="at most 100 members"):
        archives.extract(path, tmp_path / "out", max_files=100)
    assert len(archives.extract(path, tmp_path / "out", max_files=210)) == 10


def test_many_empty_files_in_a_small_archive_are_refused(tmp_path):
    """Headers of tar are alike: gzip packs 90,000 of them into a third of a megabyte."""
    path = tmp_path / "a.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for number in range(20_000):
            archive.addfile(tarfile.TarInfo(f"{number}"))
    assert path.stat().st_size < 2**19
    assert refused(archives.extract, path, tmp_path / "out").expected == "at most 5000 members"
    assert not (tmp_path / "out").exists()
