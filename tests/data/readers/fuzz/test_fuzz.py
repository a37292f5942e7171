"""Damaged sources: a reader returns the original's content or says what is wrong, and does nothing else.

Nothing else: it starts no process, asks for no more than 1 GiB and takes no more than 10 s.
"""

import importlib
import warnings
from collections.abc import Collection
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from euar.data import DataError, readers
from tests.data.readers.fuzz import mutations
from tests.data.readers.fuzz._file import File
from tests.data.readers.fuzz.bounds import bounded
from tests.data.readers.writers.csd import folder as csd

EXAMPLES = 160
FOLDER = Path(__file__).parents[1] / "writers"
WRITERS = sorted(path.relative_to(FOLDER).with_suffix("").as_posix() for path in FOLDER.rglob("[!_]*.py"))
TRIES = 100
#: What a source of a format may lack: columns, arrays, keys. Nobody notices when they are gone.
OPTIONAL = {
    "csd/folder": {f"{root}/data/{video}" for root in csd.content() for video in csd.SPOKEN},
    "nyud/mat": {"scenes"},
    "own/folder": {"split", "group", "label_sd", "text", "image", "f0", "f1", "lengths"},
    "own/npz": {"face", "voice", "voice_lengths"},
    "own/hdf5": {
        *("labels/split", "labels/group", "labels/text"),
        *("views", "views/face", "views/voice", "views/voice_lengths"),
    },
    "own/arrays": {"id", "split", "group", "face", "voice", "voice_lengths"},
    "own/wide": {"id", "split", "group", "face_2", "voice_1"},  # of features, the last
}
#: What else cannot be noticed in a format, such as a row that stands twice where rows have no ids.
UNSEEN = {
    "mosi/cross_modal_bert": {"a row repeated", "many rows"},
    "own/folder": {"many columns"},  # each is a feature, as it should be
    "own/wide": {"many columns"},
}


class Source(NamedTuple):
    """What a writer wrote, in memory."""

    path: str  # what is read, relative to the folder
    files: dict[str, bytes]
    sha256: str
    choices: dict[str, list[tuple[File, mutations.Mutation]]]  # by kind of file and of mutation

    def damaged(self, choice: str, seed: int) -> tuple[str, bytes]:
        """Return the name of a file and other bytes for it."""
        rng = Random(seed)
        for _ in range(TRIES):
            file, change = rng.choice(self.choices[choice])
            content = change(file, rng)
            if content not in (None, file.content):
                return file.name, content
        raise AssertionError(f"{choice}: nothing changed in {TRIES} tries")

    def copy(self, folder: Path, changed: str, content: bytes) -> Path:
        """Write all files, one of them changed, and return the path to read."""
        for name, original in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if name == changed else original)
        return folder / self.path


@pytest.fixture(scope="module", params=WRITERS)
def source(request, tmp_path_factory) -> Source:
    return written(request.param, tmp_path_factory.mktemp("source"))


def written(name: str, folder: Path) -> Source:
    """Let a writer write, and return what can befall its files."""
    module = f"tests.data.readers.writers.{name}".replace("/", ".")
    path = importlib.import_module(module).write(folder)
    found = {
        file.relative_to(folder).as_posix(): file for file in sorted(folder.rglob("*")) if file.is_file()
    }
    optional = frozenset(OPTIONAL.get(name, ()))
    files = [File(place, file.read_bytes(), optional) for place, file in found.items()]
    return Source(
        path=path.relative_to(folder).as_posix(),
        files={file.name: file.content for file in files},
        sha256=readers.read(path).sha256,
        choices=_choices(files, UNSEEN.get(name, ())),
    )


def _choices(files: list[File], unseen: Collection[str]) -> dict[str, list[tuple[File, mutations.Mutation]]]:
    """Return what can be done to which files, without what nobody could notice in this format."""
    found: dict[str, list[tuple[File, mutations.Mutation]]] = {}
    for file in files:
        for name, change in mutations.applicable(file).items():
            if name not in unseen:
                found.setdefault(f"{Path(file.name).suffix} {name}", []).append((file, change))
    return found


def _outcome(path: Path, sha256: str) -> str:
    """Read a damaged source; anything but the original's content and a complete error fails.

    What the record names, such as -inf in audio that became 0, is not lost in silence.
    """
    try:
        with bounded(), warnings.catch_warnings(action="ignore", category=UserWarning):
            found = readers.read(path)
    except DataError as error:
        assert len(error.args) == 5
        assert all(isinstance(part, str) and part for part in error.args), error.args
        return "refused"
    source = found.meta["source"]
    told = any(note in source for note in ("replaced", "similar_labels", "similar_groups"))
    assert found.sha256 == sha256 or told or "metadata" in found.meta, "another data set"
    return "equal"


def test_a_damaged_source_gives_the_same_data_or_a_data_error(source, request, tally):
    counts = tally[request.node.callspec.params["source"]]

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(choice=st.sampled_from(sorted(source.choices)), seed=st.integers(0, 2**32 - 1))
    def check(choice, seed):
        name, content = source.damaged(choice, seed)
        with TemporaryDirectory() as folder:
            try:
                counts[_outcome(source.copy(Path(folder), name, content), source.sha256)] += 1
            except BaseException as error:
                error.add_note(f"{name}: {choice}")
                raise

    check()
    assert counts.total() >= EXAMPLES


def test_enough_writers_for_2000_examples():
    assert EXAMPLES >= 150
    assert EXAMPLES * len(WRITERS) >= 2000
