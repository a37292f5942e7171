"""Downloads from a server on this machine that breaks, stalls, lies, or is not there."""

import errno
import hashlib
import io
import json
import os
import platform
import signal
import socket
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from euar.data import DataError, archives, catalogue, download
from euar.data._transfer import Patience
from euar.data.catalogue import Download, Entry, Unpack
from euar.files import DamagedFileError
from tests import working
from tests.data.server import running
from tests.working import until

BODY = bytes(range(256)) * 800  # 204,800 bytes
SHA = hashlib.sha256(BODY).hexdigest()
QUICK = Patience(timeout=0.4, tries=3, wait=0.01)


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with running(BODY) as started:
        yield started


def source(url, **changes):
    fields = {
        "url": url,
        "to": "below/a.bin",
        "sha256": SHA,
        "bytes": len(BODY),
        "repository": "",
        "commit": "",
    }
    return Download(**fields | changes)


def test_a_file_is_fetched_with_progress_and_nothing_else_is_left(server, tmp_path):
    seen = []
    path = download.fetch(source(server.url), tmp_path, lambda *what: seen.append(what), QUICK)
    assert path == tmp_path / "below/a.bin"
    assert path.read_bytes() == BODY
    assert seen[-1] == ("below/a.bin", len(BODY), len(BODY))
    assert [done for _, done, _ in seen] == sorted(done for _, done, _ in seen)
    assert [file.name for file in path.parent.iterdir()] == ["a.bin"]


def test_what_is_there_is_not_fetched_again(server, tmp_path):
    for _ in range(2):
        download.fetch(source(server.url), tmp_path, patience=QUICK)
    assert server.asked == [None]


def test_a_file_with_another_hash_is_replaced(server, tmp_path):
    (tmp_path / "below").mkdir()
    (tmp_path / "below/a.bin").write_text("old")
    assert download.fetch(source(server.url), tmp_path, patience=QUICK).read_bytes() == BODY


@pytest.mark.parametrize("trouble", ["break", "stall"])
def test_a_broken_or_stalled_download_goes_on_where_it_stopped(server, tmp_path, trouble):
    server.plan = [trouble, trouble]
    assert download.fetch(source(server.url), tmp_path, patience=QUICK).read_bytes() == BODY
    first, second = (int(asked[6:-1]) for asked in server.asked[1:])
    assert len(BODY) // 2 - 2**14 < first <= len(BODY) // 2  # at most one block is lost
    assert first < second < len(BODY)


def test_a_server_that_cannot_continue_sends_the_whole_again(server, tmp_path):
    server.plan = ["break", "whole"]
    assert download.fetch(source(server.url), tmp_path, patience=QUICK).read_bytes() == BODY


def test_new_bytes_renew_the_patience_and_their_absence_ends_it(server, tmp_path):
    server.plan = ["break"] * 4
    assert download.fetch(source(server.url), tmp_path, patience=QUICK).read_bytes() == BODY
    server.plan, server.asked = ["503"] * 9, []
    with pytest.raises(DataError, match="HTTP status 503"):
        download.fetch(source(server.url), tmp_path / "other", patience=QUICK)
    assert len(server.asked) == QUICK.tries


def test_a_server_that_starts_again_and_breaks_for_ever_is_given_up(server, tmp_path):
    server.plan = ["break"] + ["whole-early"] * 9
    with pytest.raises(DataError, match=r"which continues after 49,152 bytes"):
        download.fetch(source(server.url), tmp_path, patience=QUICK)
    assert len(server.asked) == 1 + QUICK.tries


def test_a_part_that_is_already_whole_is_taken(server, tmp_path):
    (tmp_path / "below").mkdir()
    (tmp_path / "below/a.bin.part").write_bytes(BODY)
    assert download.fetch(source(server.url), tmp_path, patience=QUICK).read_bytes() == BODY
    assert server.asked == [f"bytes={len(BODY)}-"]


@pytest.mark.parametrize("plan", [[], ["whole"]])
def test_a_part_that_is_too_long_is_thrown_away(server, tmp_path, plan):
    server.plan = plan
    (tmp_path / "below").mkdir()
    (tmp_path / "below/a.bin.part").write_bytes(BODY + b"more")
    assert download.fetch(source(server.url), tmp_path, patience=QUICK).read_bytes() == BODY


@pytest.mark.parametrize("name", ["below", "below/a.bin", "below/a.bin.part"])
def test_something_else_in_the_way_is_named_before_anything_is_fetched(name, server, tmp_path):
    odd = tmp_path / name
    odd.parent.mkdir(exist_ok=True)
    odd.write_text("a note") if name == "below" else odd.mkdir()
    with pytest.raises(
        DamagedFileError, match=f"{name}: expected a (file|folder), found a (file|folder); move"
    ):
        download.fetch(source(server.url), tmp_path, patience=QUICK)
    assert server.asked == []
    assert odd.exists()


def test_a_tampered_file_is_refused_with_both_hashes_and_removed(server, tmp_path):
    server.body = b"x" + BODY[1:]
    with pytest.raises(DataError) as caught:
        download.fetch(source(server.url), tmp_path, patience=QUICK)
    error = caught.value
    assert (error.file, error.field, error.expected) == (str(tmp_path / "below/a.bin"), "sha256", SHA)
    assert error.found == f"{hashlib.sha256(server.body).hexdigest()} (204,800 bytes)"
    assert list((tmp_path / "below").iterdir()) == []
    server.body = BODY
    assert download.fetch(source(server.url), tmp_path, patience=QUICK).read_bytes() == BODY


def test_a_file_without_end_is_cut_off_and_refused(server, tmp_path):
    server.body = BODY * 50
    with pytest.raises(DataError, match="sha256") as caught:
        download.fetch(source(server.url), tmp_path, patience=QUICK)
    size = int(caught.value.found.partition("(")[2].split()[0].replace(",", ""))
    assert len(BODY) < size < 2 * len(BODY)


def test_a_missing_file_is_asked_for_once(server, tmp_path):
    server.plan = ["404"] * 5
    with pytest.raises(DataError, match="HTTP status 404"):
        download.fetch(source(server.url), tmp_path, patience=QUICK)
    assert len(server.asked) == 1


def test_offline_the_error_says_which_file_to_put_where(monkeypatch, tmp_path):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/a.bin"
    with pytest.raises(DataError) as caught:
        download.fetch(source(url), tmp_path, patience=QUICK)
    error = caught.value
    assert error.expected == f"{url}, 204,800 bytes"
    assert "no lasting connection" in error.found
    assert f"a.bin (SHA-256 {SHA}) into {tmp_path / 'below'}" in error.remedy
    (tmp_path / "below/a.bin").write_bytes(BODY)
    assert download.fetch(source(url), tmp_path, patience=QUICK).read_bytes() == BODY


def test_a_killed_download_leaves_a_part_that_the_next_one_continues(server, tmp_path):
    server.plan = ["stall"]
    code = (
        "from pathlib import Path; from euar.data import download; from euar.data.catalogue import Download;"
        f"source = Download({server.url!r}, 'a.bin', {SHA!r}, {len(BODY)}, '', '');"
        f"download.fetch(source, Path({str(tmp_path)!r}))"
    )
    part = tmp_path / "a.bin.part"
    with subprocess.Popen(
        [sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": str(Path.cwd())}
    ) as child:
        until = time.monotonic() + 60
        while time.monotonic() < until and not (part.exists() and part.stat().st_size):
            time.sleep(0.02)
        child.send_signal(signal.SIGKILL)
    assert 0 < part.stat().st_size <= len(BODY) // 2
    assert not (tmp_path / "a.bin").exists()
    kept = part.stat().st_size
    assert download.fetch(source(server.url, to="a.bin"), tmp_path, patience=QUICK).read_bytes() == BODY
    assert server.asked == [None, f"bytes={kept}-"]


@pytest.fixture
def entry(server, monkeypatch):
    """Let a set of one file stand for every name."""
    made = Entry("toy", "a toy", "regression", {}, (), "Be kind.", "nobody", (source(server.url),))
    monkeypatch.setattr(catalogue, "entry", lambda _name: made)


@pytest.mark.usefixtures("entry")
def test_without_accepted_terms_nothing_is_fetched_and_they_are_shown(server, tmp_path):
    with pytest.raises(DataError, match="--accept-terms") as caught:
        download.get("toy", tmp_path, accept_terms=False)
    assert "Be kind." in caught.value.remedy
    assert server.asked == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("entry")
def test_with_accepted_terms_the_folder_is_filled(tmp_path):
    assert download.get("toy", tmp_path / "toy", accept_terms=True, patience=QUICK) == tmp_path / "toy"
    assert (tmp_path / "toy/below/a.bin").read_bytes() == BODY


@pytest.mark.parametrize(
    ("name", "expected"), [("embedded", "mosi | mosei"), ("no-such-set", "one of embedded")]
)
def test_what_cannot_be_got(name, expected, tmp_path):
    with pytest.raises(DataError, match=name) as caught:
        download.get(name, tmp_path, accept_terms=True)
    assert caught.value.expected.startswith(expected)


def picture() -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(stream, "JPEG")
    return stream.getvalue()


def packed(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


PAIRS = {f"top/data/{n}.jpg": picture() for n in (1, 2)} | {f"top/data/{n}.txt": b"words" for n in (1, 2)}
EXTRA = {"top/README.md": b"not wanted"}


@pytest.fixture
def archived(server, tmp_path):
    """Return an archive's source, its list of two pictures being there."""
    (tmp_path / "train.jsonl").write_text("\n".join(json.dumps({"img": f"data/{n}.jpg"}) for n in (1, 2)))
    wanted = Unpack("top/data", "data", {".jpg": 2, ".txt": 2}, ("train.jsonl",), None)
    return source(server.url, to="all.zip", sha256=None, bytes=None, unpack=wanted)


def test_an_archive_is_unpacked_and_only_what_is_wanted_stays(server, archived, tmp_path):
    server.body = packed(PAIRS | EXTRA)
    for _ in range(2):
        assert download.fetch(archived, tmp_path, patience=QUICK) == tmp_path / "data"
    assert sorted(file.name for file in (tmp_path / "data").iterdir()) == ["1.jpg", "1.txt", "2.jpg", "2.txt"]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["data", "data.sha256", "train.jsonl"]
    assert server.asked == [None]


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({"top/data/2.jpg": None}, "1 files \\*.jpg"),
        ({"top/data/2.jpg": None, "top/data/3.jpg": picture()}, "2.jpg: missing"),
        ({"top/data/2.txt": None, "top/data/3.txt": b""}, "2.jpg: no text beside it"),
        ({"top/data/2.jpg": b"<html>"}, "2.jpg: not a picture"),
        (dict.fromkeys(PAIRS) | EXTRA, "0 files"),
    ],
)
def test_an_archive_with_other_content_is_refused_and_removed(server, archived, tmp_path, changed, found):
    server.body = packed(
        {name: content for name, content in (PAIRS | changed).items() if content is not None}
    )
    with pytest.raises(DataError, match=found):
        download.fetch(archived, tmp_path, patience=QUICK)
    assert [file.name for file in tmp_path.iterdir()] == ["train.jsonl"]


SUMS = "".join(
    f"{hashlib.sha256(content).hexdigest()}  {Path(name).name}\n" for name, content in sorted(PAIRS.items())
)
OTHER = packed(PAIRS | {"top/data/2.txt": b"other words"})


def test_what_was_unpacked_first_is_written_down_and_other_files_are_refused(server, archived, tmp_path):
    server.body = packed(PAIRS)
    download.fetch(archived, tmp_path, patience=QUICK)
    assert (tmp_path / "data.sha256").read_text() == SUMS
    (tmp_path / "data/2.txt").write_bytes(b"changed here")
    (tmp_path / "data/3.jpg").write_bytes(b"came later")
    server.body = OTHER
    with pytest.raises(DataError, match=r"other files than on first use, see data\.sha256; to accept them"):
        download.fetch(archived, tmp_path, patience=QUICK)
    assert (tmp_path / "data/2.txt").read_bytes() == b"changed here"
    server.body = packed(PAIRS)
    for _ in range(2):
        download.fetch(archived, tmp_path, patience=QUICK)
    assert (tmp_path / "data/2.txt").read_bytes() == b"words"
    assert server.asked == [None] * 3


def test_a_list_that_the_catalogue_pins_holds_from_the_first_use_on(server, archived, tmp_path):
    pinned = replace(archived.unpack, sha256=hashlib.sha256(SUMS.encode()).hexdigest())
    server.body = OTHER
    with pytest.raises(DataError, match=f"not {pinned.sha256}"):
        download.fetch(replace(archived, unpack=pinned), tmp_path, patience=QUICK)
    server.body = packed(PAIRS)
    download.fetch(replace(archived, unpack=pinned), tmp_path, patience=QUICK)


def test_an_archive_put_there_by_hand_is_unpacked(archived, tmp_path):
    (tmp_path / "all.zip").write_bytes(packed(PAIRS))
    download.fetch(archived, tmp_path, patience=QUICK)
    assert (tmp_path / "data/2.jpg").read_bytes() == picture()


@pytest.mark.usefixtures("entry")
def test_of_two_downloads_the_second_is_told_who_is_at_it(server, processes, tmp_path):
    server.plan = ["stall"]
    first = processes.Process(target=working.get, args=(str(tmp_path / "toy"), server.url, SHA))
    first.start()
    try:
        until(lambda: (tmp_path / "toy/a.bin.part").exists())
        with pytest.raises(BlockingIOError, match=rf"toy: process {first.pid} on .* works here"):
            download.get("toy", tmp_path / "toy", accept_terms=True, patience=QUICK)
    finally:
        first.kill()
        first.join()
    download.get("toy", tmp_path / "toy", accept_terms=True, patience=QUICK)  # the lock died with it


@pytest.mark.usefixtures("entry")
def test_a_set_that_is_here_needs_no_right_to_write(tmp_path, monkeypatch):
    (tmp_path / "below").mkdir()
    (tmp_path / "below/a.bin").write_bytes(BODY)
    monkeypatch.setattr(download, "sole_worker", None)
    assert download.get("toy", tmp_path, accept_terms=True) == tmp_path
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.bin", "below"]


def test_a_killed_download_leaves_its_part_alone(server, processes, tmp_path):
    server.plan = ["stall"]
    process = processes.Process(target=working.get, args=(str(tmp_path), server.url, SHA))
    process.start()
    until(lambda: (tmp_path / "a.bin.part").exists())
    process.kill()
    process.join()
    assert {path.name for path in tmp_path.iterdir()} <= {"a.bin.part", ".lock", ".worker"}


def test_a_full_disk_costs_no_archive(server, archived, tmp_path, monkeypatch):
    def full(*_args):
        raise OSError(errno.ENOSPC, "No space left on device")

    server.body = packed(PAIRS)
    with monkeypatch.context() as patch, pytest.raises(OSError, match="No space left on device"):
        patch.setattr(archives, "_copy", full)
        download.fetch(archived, tmp_path, patience=QUICK)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["all.zip", "train.jsonl"]
    download.fetch(archived, tmp_path, patience=QUICK)
    assert server.asked == [None]


def test_what_a_killed_unpacking_left_is_swept(server, archived, tmp_path):
    dead = tmp_path / f".unpacked.{platform.node()}-{2**22 + 1}.part"
    (dead / "top").mkdir(parents=True)
    server.body = packed(PAIRS)
    download.fetch(archived, tmp_path, patience=QUICK)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["data", "data.sha256", "train.jsonl"]
