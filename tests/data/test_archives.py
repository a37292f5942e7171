"""Archives: what is extracted, and what is refused without leaving anything behind."""

import gzip
import io
import stat
import tarfile
import zipfile

import pytest

from euar.data import DataError, archives

FILES = {"a.txt": b"one", "sub/b.txt": b"two" * 1000, "sub/deep/c.bin": b""}
KINDS = ("zip", "tar", "tar.gz")


@pytest.fixture
def make(tmp_path):
    """Return a function that writes an archive of (name, content) in one of the three kinds."""

    def run(kind: str, members) -> object:
        path = tmp_path / f"archive.{kind}"
        if kind == "zip":
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                for name, content in members:
                    archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
        else:
            with tarfile.open(path, "w:gz" if kind == "tar.gz" else "w") as archive:
                for name, content in members:
                    archive.addfile(_info(name, len(content)), io.BytesIO(content))
        return path

    return run


def _info(name: str, size: int = 0, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.type, info.linkname, info.mode = size, kind, link, 0o6777
    return info


def _refused(path, folder, **limits) -> DataError:
    """Extract, expect an error, and check that nothing is left of it."""
    before = sorted(folder.parent.iterdir())
    with pytest.raises(DataError) as caught:
        archives.extract(path, folder, **limits)
    assert all(caught.value.args)
    assert sorted(folder.parent.iterdir()) == before
    return caught.value


@pytest.mark.parametrize("kind", KINDS)
def test_files_come_out_as_they_went_in(kind, make, tmp_path):
    folder = tmp_path / "new" / "out"
    found = archives.extract(make(kind, FILES.items()), folder)
    assert found == sorted(folder / name for name in FILES)
    assert {path.relative_to(folder).as_posix(): path.read_bytes() for path in found} == FILES
    assert [path.name for path in folder.parent.iterdir()] == ["out"]


@pytest.mark.parametrize("kind", KINDS)
def test_folders_may_be_listed_and_rights_are_ordinary(kind, make, tmp_path):
    path = make(kind, [])
    if kind == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.mkdir("sub")
            archive.writestr("sub/a.txt", b"x")
    else:
        with tarfile.open(path, "w:gz" if kind == "tar.gz" else "w") as archive:
            archive.addfile(_info("./", kind=tarfile.DIRTYPE))
            archive.addfile(_info("./sub", kind=tarfile.DIRTYPE))
            archive.addfile(_info("./sub/a.txt", 1), io.BytesIO(b"x"))
    [file] = archives.extract(path, tmp_path / "out")
    assert file == tmp_path / "out" / "sub" / "a.txt"
    assert not file.stat().st_mode & (stat.S_ISUID | stat.S_ISGID | stat.S_IXUSR)


def test_an_empty_folder_may_be_there(make, tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    assert len(archives.extract(make("zip", FILES.items()), folder)) == 3


def test_a_folder_with_something_in_it_is_left_alone(make, tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "mine.txt").write_text("mine")
    error = _refused(make("zip", FILES.items()), folder)
    assert error.field == "folder"
    assert (folder / "mine.txt").read_text() == "mine"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "name",
    [
        "../out.txt",
        "sub/../../out.txt",
        "sub/..",
        "/absolute/out.txt",
        "//host/out.txt",
        "sub//out.txt",
        "..\\out.txt",
        "C:/out.txt",
        "C:out.txt",
        "a\x1b[31m.txt",
        "a\n.txt",
    ],
)
def test_names_that_lead_elsewhere_are_refused(name, kind, make, tmp_path):
    error = _refused(make(kind, [("good.txt", b"x"), (name, b"x")]), tmp_path / "out")
    assert error.field.startswith("member ")
    assert repr(name)[1:-1] in error.found
    assert "relative name" in error.expected


def test_a_name_cut_short_by_nul_is_refused(make, tmp_path):
    path = make("zip", [("abc.txt", b"x")])
    path.write_bytes(path.read_bytes().replace(b"abc.txt", b"abc\0txt"))
    assert "relative name" in _refused(path, tmp_path / "out").expected


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("names", [("a", "a"), ("a.txt", "A.TXT"), ("é", "e\u0301"), ("a", "./a")])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_names_that_come_twice_are_refused(names, kind, make, tmp_path):
    error = _refused(make(kind, [(name, b"x") for name in names]), tmp_path / "out")
    assert error.expected == "each name once"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("names", [("a", "a/b"), ("a/b", "a")])
def test_a_file_and_a_folder_of_one_name_are_refused(names, kind, make, tmp_path):
    _refused(make(kind, [(name, b"x") for name in names]), tmp_path / "out")


LINKS = (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE)


@pytest.mark.parametrize("kind", LINKS)
@pytest.mark.parametrize("target", ["/etc/passwd", "../..", "good.txt"])
def test_links_and_devices_in_a_tar_are_refused(kind, target, make, tmp_path):
    path = make("tar", [])
    with tarfile.open(path, "w") as archive:
        archive.addfile(_info("good.txt"))
        archive.addfile(_info("evil", kind=kind, link=target))
    error = _refused(path, tmp_path / "out")
    assert error.field == "member evil"
    assert error.found == "a link or device"


def test_a_write_through_a_link_is_refused(make, tmp_path):
    path = make("tar", [])
    with tarfile.open(path, "w") as archive:
        archive.addfile(_info("sub", kind=tarfile.SYMTYPE, link=str(tmp_path)))
        archive.addfile(_info("sub/evil.txt", 1), io.BytesIO(b"x"))
    _refused(path, tmp_path / "out")
    assert not (tmp_path / "evil.txt").exists()


@pytest.mark.parametrize("mode", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK])
def test_links_and_devices_in_a_zip_are_refused(mode, make, tmp_path):
    path = make("zip", [])
    info = zipfile.ZipInfo("evil")
    info.external_attr = (mode | 0o777) << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(info, "/etc/passwd")
    assert _refused(path, tmp_path / "out").found == "a link or device"


@pytest.mark.parametrize("kind", KINDS)
def test_more_bytes_than_allowed_are_refused(kind, make, tmp_path):
    path = make(kind, [("a", bytes(600)), ("b", bytes(600))])
    error = _refused(path, tmp_path / "out", max_bytes=1000)
    assert error.field == "member b"
    assert error.found == "more, with 600 declared"
    assert len(archives.extract(path, tmp_path / "out", max_bytes=1200)) == 2


@pytest.mark.parametrize("kind", KINDS)
def test_more_members_than_allowed_are_refused(kind, make, tmp_path):
    path = make(kind, [(str(row), b"") for row in range(4)])
    assert _refused(path, tmp_path / "out", max_files=3).field == "member 3"
    assert len(archives.extract(path, tmp_path / "out", max_files=4)) == 4


def test_a_zip_that_declares_less_than_it_holds_is_refused(make, tmp_path):
    path = make("zip", [("a", bytes(2**20))])
    size, lie = (2**20).to_bytes(4, "little"), (1000).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(size, lie))
    _refused(path, tmp_path / "out", max_bytes=10_000)


@pytest.mark.parametrize("size", [0, 999, 1001, 2**21])
def test_a_member_of_another_size_than_declared_is_refused(size, make, tmp_path, monkeypatch):
    path = make("zip", [("a", bytes(1000))])
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda archive, info: io.BytesIO(bytes(size)))
    assert _refused(path, tmp_path / "out").expected == "1000 bytes, as declared"


def test_a_tar_that_declares_a_huge_name_is_refused(make, tmp_path):
    info = _info("long", 2**33, tarfile.GNUTYPE_LONGNAME)
    path = make("tar", [])
    with gzip.open(path, "wb") as file:
        file.write(info.tobuf(tarfile.GNU_FORMAT) + bytes(10_240))
    error = _refused(path, tmp_path / "out")
    assert error.found == f"one of {2**33} bytes"


def test_a_tar_that_runs_backwards_is_refused(make, tmp_path):
    header = bytearray(_info("a", 0).tobuf(tarfile.GNU_FORMAT))
    header[124:136] = b"\xff" * 10 + (-512 & 0xFFFF).to_bytes(2, "big")
    header[148:156] = b"%06o\0 " % tarfile.calc_chksums(bytes(header))[0]
    path = make("tar", [])
    path.write_bytes(bytes(header) + bytes(10_240))
    assert _refused(path, tmp_path / "out").found == "more, with -512 declared"


def test_a_sparse_file_is_refused(make, tmp_path):
    path = make("tar", [])
    info = _info("evil", 0, tarfile.GNUTYPE_SPARSE)
    path.write_bytes(info.tobuf(tarfile.GNU_FORMAT) + bytes(10_240))
    assert _refused(path, tmp_path / "out").found == "a sparse file"


def test_an_encrypted_member_is_refused(make, tmp_path):
    path = make("zip", [("a", b"x")])
    content = bytearray(path.read_bytes())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    assert _refused(path, tmp_path / "out").found == "an encrypted file"


@pytest.mark.parametrize("kind", KINDS)
def test_every_truncation_is_refused(kind, make, tmp_path):
    path = make(kind, [*FILES.items(), ("noise", bytes(range(256)) * 10)])
    content = path.read_bytes()
    end = len(content.rstrip(b"\0")) if kind == "tar" else len(content)
    for size in [*range(0, end, max(end // 100, 1)), *range(0, end, 512)]:
        path.write_bytes(content[:size])
        _refused(path, tmp_path / "out")


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_changed_bytes_are_refused_or_change_nothing(kind, make, tmp_path):
    path = make(kind, [("noise", bytes(range(256)) * 10)])
    content = path.read_bytes()
    for place in range(0, len(content), 5):
        path.write_bytes(content[:place] + bytes([content[place] ^ 0x55]) + content[place + 1 :])
        folder = tmp_path / f"out{place}"
        try:
            files = archives.extract(path, folder)
        except DataError as error:
            assert all(error.args)
            assert not folder.exists()
        else:
            assert [file.read_bytes() for file in files] in ([bytes(range(256)) * 10], [])


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\x03\x04xyz", b"\x1f\x8b", b"rubbish" * 1000, bytes(9)])
def test_what_is_no_archive_is_refused(content, tmp_path):
    path = tmp_path / "archive.zip"
    path.write_bytes(content)
    _refused(path, tmp_path / "out")


def test_bytes_after_the_end_of_a_tar_are_refused(make, tmp_path):
    path = make("tar", FILES.items())
    path.write_bytes(path.read_bytes() + b"more")
    assert _refused(path, tmp_path / "out").field == "end"


def test_an_absent_archive_is_refused(tmp_path):
    assert "No such file" in _refused(tmp_path / "absent.zip", tmp_path / "out").found


def _further(kind: bytes, content: bytes) -> bytes:
    """Return a further header of a tar, as no library writes it."""
    info = tarfile.TarInfo("further")
    info.size, info.type = len(content), kind
    return info.tobuf(tarfile.USTAR_FORMAT) + content + bytes(-len(content) % 512)


def _records(count: int, first: int = 0) -> bytes:
    return b"".join(b"15 k%06d=abc\n" % number for number in range(first, first + count))


@pytest.mark.parametrize(
    "further",
    [
        _further(tarfile.XHDTYPE, b"1" * 100_000),  # searched in quadratic time
        _further(tarfile.XHDTYPE, _records(60_000)),
        _further(tarfile.XGLTYPE, _records(5_000)),
        b"".join(_further(tarfile.XGLTYPE, _records(30, 30 * number)) for number in range(20)),
        _further(tarfile.GNUTYPE_LONGNAME, b"a" * 100_000),
    ],
    ids=["digits", "many records", "many for all", "many for all, in parts", "a long name"],
)
def test_further_headers_of_a_tar_are_short(further, tmp_path):
    path = tmp_path / "some.tar"
    path.write_bytes(further + tarfile.TarInfo("a").tobuf(tarfile.USTAR_FORMAT) + bytes(1024))
    error = _refused(path, tmp_path / "out")
    assert error.field == "header"
