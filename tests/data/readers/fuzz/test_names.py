"""Modalities of any name: from a source through a file, a training, its checkpoint and back; or refused."""

import builtins
import keyword
import zipfile
from random import Random
from zlib import crc32

import h5py
import numpy as np
import pytest
from torch import nn

from euar.data import DataError, MultimodalDataset, readers
from euar.model import EUARConfig
from euar.training import Run, fit

ROWS, MANY = 24, 40
#: What Python or torch has another use for, and what no identifier can be.
TAKEN = sorted({*dir(nn.ModuleDict()), *dir(builtins), *keyword.kwlist, "header", "id", "label", "values"})
PARTS = ("a", "weight", "é", "0", "T", "-", "_", "type", "\u4e2d")
BETWEEN = (" ", ".", "..", " . ", "")
ODD = (
    "",
    ".",
    "..",
    " a",
    "a.",
    "a/b",
    "<script>",
    "[red]",
    "a\nb",
    "a\0b",
    "\ud800",
    "a\u202eb",
    "%2E",
    "#",
)


def good(rng):
    if rng.random() < 0.5:
        return rng.choice(TAKEN)
    return rng.choice(BETWEEN).join(rng.choices(PARTS, k=rng.randint(1, 4)))


def features(name):
    rng = np.random.default_rng(crc32(name.encode("utf-8", "surrogatepass")))
    return rng.normal(size=(ROWS, 2)).astype(np.float32)


def labels():
    splits = ("train", "train", "valid", "test")
    return "id,label,split\n" + "".join(f"r{i},{i / 8},{splits[i % 4]}\n" for i in range(ROWS))


def as_files(folder, names):
    (folder / "labels.csv").write_text(labels())
    for name in names:
        np.save(folder / f"{name}.npy", features(name))
    return folder


def as_one_file(folder, names):
    (folder / "labels.csv").write_text(labels())
    with zipfile.ZipFile(folder / "views.npz", "w") as archive:  # np.savez refuses "file" and "args"
        for name in names:
            with archive.open(f"{name}.npy", "w") as member:
                np.save(member, features(name))
    return folder


def as_hdf5(folder, names):
    rows = [line.split(",") for line in labels().split()[1:]]
    with h5py.File(folder / "own.h5", "w") as file:
        for place, column in enumerate(("id", "label", "split")):
            cells = [row[place] for row in rows]
            file[f"labels/{column}"] = np.array(cells, float) if column == "label" else cells
        views = file.create_group("views")
        for name in names:
            views[name] = features(name)
    return folder / "own.h5"


#: Ways to write a source, and the names that cannot be written so.
WAYS = {
    as_files: {"", ".", "..", "a/b", "a\0b", "\ud800"},  # a file whose name begins with a dot is hidden
    as_one_file: {"\ud800", "a\0b"},
    as_hdf5: {"", ".", "a\0b", "\ud800"},
}


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_names_go_from_the_source_to_the_checkpoint_and_back(way, tmp_path):
    rng = Random(way.__name__)
    names = sorted({good(rng) for _ in range(MANY)})
    read = readers.read(way(tmp_path, names))
    assert {name: values.tolist() for name, values in read.modalities.items()} == {
        name: features(name).tolist() for name in names
    }
    stored = MultimodalDataset.from_hdf5(read.to_hdf5(tmp_path / "out" / "set.h5"))
    assert stored.sha256 == read.sha256
    config = EUARConfig(stored.in_features, dim=4, num_experts=2, k=1)
    first, again = (
        fit(config, stored, epochs=1, device="cpu", out=tmp_path / "run", progress=False)[0] for _ in range(2)
    )
    loaded = Run.load(tmp_path / "run" / "seed-0", config.build())
    for run in (again, loaded):
        np.testing.assert_array_equal(run.predictions["test"], first.predictions["test"])
    assert loaded.model.state_dict().keys() == first.model.state_dict().keys()


@pytest.mark.parametrize(
    ("way", "name"),
    [
        pytest.param(way, name, id=f"{way.__name__} {name!a}")
        for way in WAYS
        for name in ODD
        if name not in WAYS[way]
    ],
)
def test_other_names_are_refused_by_name(way, name, tmp_path):
    with pytest.raises(DataError) as caught:
        readers.read(way(tmp_path, ["text", name]))
    assert all(isinstance(part, str) and part for part in caught.value.args)
    assert str(caught.value).encode()
