"""HDF5 files that mean harm: what leads out of the file, hangs, crashes or unfolds is refused by name."""

import os
import signal
import time

import h5py
import numpy as np
import pytest

from euar.data import DataError, _hdf5_process, hdf5, readers
from tests.data import rows
from tests.data.readers.fuzz.bounds import alarm
from tests.data.readers.writers.own import hdf5 as own

FLOATS = np.arange(8, dtype=np.float32)


def _external_link(file, outside):
    file["views/out"] = h5py.ExternalLink(str(outside), "secret")


def _link_to_itself(file, _outside):
    file["views/out"] = h5py.SoftLink("/views/out")


def _dangling_link(file, _outside):
    file["views/out"] = h5py.SoftLink("/nowhere")


def _group_in_itself(file, _outside):
    file["views/out"] = file["/"]


def _second_name(file, _outside):
    file["views/in"] = FLOATS
    file["views/out"] = file["views/in"]


def _external_storage(file, outside):
    file.create_dataset("views/out", (8,), "f4", external=[(str(outside), 0, 32)])


def _virtual(file, outside):
    layout = h5py.VirtualLayout((8,), "f4")
    layout[:] = h5py.VirtualSource(str(outside), "secret", (8,))
    file.create_virtual_dataset("views/out", layout)


def _unallocated(file, _outside):
    for number in range(300):
        file.create_dataset(f"views/out{number}", (2**24,), "f4", chunks=(1024,))


def _packed_twice(file, _outside):
    plan = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plan.set_chunk((8,))
    plan.set_deflate(9)
    plan.set_deflate(9)
    kind, space = h5py.h5t.IEEE_F32LE, h5py.h5s.create_simple((8,))
    h5py.h5d.create(file.require_group("views").id, b"out", kind, space, plan)


def _unknown_filter(file, _outside):
    file.create_dataset("views/out", data=FLOATS.astype(int), scaleoffset=0)


def _huge_attribute(file, _outside):
    file.create_group("views/out").attrs["values"] = np.zeros(2**20)


def _huge_chunk(file, _outside):
    file.create_dataset("views/out", (1,), "f4", maxshape=(None,), chunks=(2**28,))


def _named_type(file, _outside):
    file["views/out"] = np.dtype("f4")


def _region(file, _outside):
    file["views/in"] = FLOATS
    file.create_dataset("views/out", data=[file["views/in"].regionref[:2]], dtype=h5py.regionref_dtype)


def _name_in_other_bytes(file, _outside):
    space = h5py.h5s.create_simple((8, 2))
    h5py.h5d.create(file.require_group("views").id, b"\xff\xfe", h5py.h5t.NATIVE_FLOAT, space)


def _group_below_group(file, _outside):
    group = file.require_group("views")
    for _ in range(100):
        group = group.create_group("in")


HARM = {
    _name_in_other_bytes: "other bytes",
    _group_below_group: "a deeper one",
    _external_link: "a link to another file",
    _link_to_itself: "a soft link",
    _dangling_link: "a soft link",
    _group_in_itself: "a second name",
    _second_name: "a second name",
    _external_storage: "values in other files",
    _virtual: "values in other files",
    _unallocated: "in 0 bytes",
    _packed_twice: "filters [1, 1]",
    _unknown_filter: "filters [6]",
    _huge_attribute: "8388608",
    _huge_chunk: "1073741824",
    _named_type: "TypeFloatID",
    _region: "references to regions",
}
WRITERS = {"own": own.write, "format": lambda folder: rows.make().to_hdf5(folder / "rows.h5")}


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("harm", HARM, ids=lambda harm: harm.__name__.strip("_"))
def test_harm_is_refused_by_name(harm, writer, tmp_path):
    path, outside = WRITERS[writer](tmp_path), tmp_path / "outside"
    os.mkfifo(outside)  # who opens it waits
    libver = "latest" if harm is _huge_attribute else None  # more than 64 kB
    with h5py.File(path, "r+", libver=libver) as file:
        harm(file, outside)
    with alarm(20), pytest.raises(DataError) as caught:
        readers.read(path)
    assert all(caught.value.args)
    assert caught.value.file == str(path)
    assert HARM[harm] in caught.value.found
    assert "views" in caught.value.field


def test_texts_that_share_their_bytes_are_refused(tmp_path):
    """A text of 1 MB that 3,000 cells share, by the reference of the first."""
    path = own.write(tmp_path)
    with h5py.File(path, "r+") as file:
        item = file.create_dataset("views/out", (3000,), h5py.string_dtype(), chunks=(3000,))
        item[0] = "x" * 2**20
        place = item.id.get_chunk_info(0)
    content = bytearray(path.read_bytes())
    first = content[place.byte_offset : place.byte_offset + 16]
    content[place.byte_offset : place.byte_offset + place.size] = first * 3000
    path.write_bytes(content)
    with alarm(20), pytest.raises(DataError) as caught:
        readers.read(path)
    assert "views/out" in caught.value.field
    assert "far longer than the file" in caught.value.expected


def test_a_crash_or_a_hang_ends_the_look_alone(tmp_path, monkeypatch):
    """The forked look is real; only what it walks is replaced."""
    monkeypatch.setattr(_hdf5_process, "_SECONDS", 1)
    monkeypatch.setattr(_hdf5_process, "_CLOCK", 2)
    path = own.write(tmp_path)
    for act, reason in {
        (lambda _: os.kill(os.getpid(), signal.SIGSEGV)): "SIGSEGV",
        (lambda _: time.sleep(60)): "SIGALRM",
        _spin: "SIG",  # by the processor or, on a busy machine, by the clock
        (lambda _: bytearray(2**31)): "MemoryError",
        (lambda _: os.fork()): "BlockingIOError" if os.getuid() else "ends who reads it",  # root may fork
        (lambda _: (tmp_path / "new").write_text("x")): "OSError",
    }.items():
        monkeypatch.setattr(_hdf5_process._hdf5_walk, "check", act)
        with alarm(10):
            field, expected, found = _hdf5_process._apart(str(path))
        assert (field, expected) == ("file", "a readable HDF5 file")
        assert reason in found


def test_a_small_file_that_unfolds_slowly_is_given_up_in_10_seconds(tmp_path):
    """A row of 80 MB lies in 200 packed pieces, each of which holds a part of all 12 rows."""
    path = tmp_path / "wide.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("a", (12, 20_000_000), "f4", chunks=(12, 100_000), compression="gzip")
        file["a"][:, :100_000] = 0
        for place in range(200):  # the packed bytes of the first piece are those of all
            piece = file["a"].id.read_direct_chunk((0, 0))[1]
            file["a"].id.write_direct_chunk((0, place * 100_000), piece)
    assert path.stat().st_size < 10**6
    start = time.monotonic()
    with pytest.raises(DataError):
        readers.read(path)
    assert time.monotonic() - start < 10
    assert _hdf5_process.clock(str(path)) < 10


def _spin(_path):
    while True:
        pass


def test_a_process_that_dies_is_started_again(tmp_path):
    paths = [rows.make().to_hdf5(tmp_path / f"{number}.h5") for number in range(3)]
    readers.read(paths[0])
    hdf5._looker()._process.kill()
    with pytest.raises(DataError, match="no answer from the process"):
        readers.read(paths[1])
    assert len(readers.read(paths[2])) == 12


def test_a_file_is_looked_at_once_until_it_changes(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(hdf5, "_looker", lambda: asked.append)
    path = rows.make().to_hdf5(tmp_path / "a.h5")
    for _ in range(2):
        readers.read(path)
    assert asked == [str(path)]
    rows.make(target=np.zeros(12)).to_hdf5(path)
    readers.read(path)
    assert asked == [str(path)] * 2


def test_without_fork_each_file_has_a_process_of_its_own(tmp_path, monkeypatch):
    monkeypatch.delattr(os, "fork")
    assert len(readers.read(rows.make().to_hdf5(tmp_path / "a.h5"))) == 12
    path = own.write(tmp_path)
    with h5py.File(path, "r+") as file:
        _dangling_link(file, None)
    with pytest.raises(DataError, match="a soft link"):
        readers.read(path)
    monkeypatch.setattr(_hdf5_process, "seconds", lambda _: 0.01)
    with pytest.raises(DataError, match="no answer"):
        readers.read(own.write(tmp_path))


def test_the_embedded_set_starts_no_process(monkeypatch):
    from euar.data import load

    monkeypatch.setattr(hdf5, "_check", lambda *_: pytest.fail("looked at"))
    assert len(load("embedded")) == 4200


def test_only_one_module_opens_hdf5_files():
    """Writing, in `storage`, goes to a temporary file that is new."""
    from pathlib import Path

    import euar

    root = Path(euar.__file__).parent
    opens = {
        p.relative_to(root).as_posix() for p in root.rglob("*.py") if "h5py.File(" in p.read_text("utf-8")
    }
    assert opens == {"data/hdf5.py", "data/_hdf5_walk.py", "data/storage.py"}
