"""A folder of runs that can be interrupted: who owns it, and the state of the seed under way.

folder/identity.json            what the runs depend on: another training may not continue here
folder/seed-0/checkpoint.pt     the last completed epoch, while the seed trains; the one before beside it
folder/seed-0/{weights.pt, predictions.npz, model.json, run.json}    once it is done, see `Run.save`

Each file of a seed names the seed and the hash of the identity it belongs to.
"""

import io
import json
import reprlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import nn

from euar import sealed
from euar.files import DamagedFileError, check_file, check_folder, reading, to_json
from euar.lock import sole_worker
from euar.training.loop import Training
from euar.training.run_files import read_fields, torch_bytes
from euar.training.runs import Run, run_folder

_AGAIN = "delete it: the seed goes on from the epoch before, if that was kept; other seeds stay as they are"


@dataclass(frozen=True)
class SeedFolder:
    """Where the state of one seed lives.

    Attributes:
        path: the folder.
        seed: the only one whose state is taken from it.
        identity: the hash of the only training whose state is taken from it.
    """

    path: Path
    seed: int
    identity: str

    @property
    def checkpoint(self) -> Path:
        """The file of the last completed epoch."""
        return self.path / "checkpoint.pt"

    @property
    def previous(self) -> Path:
        """The file of the epoch before that."""
        return self.path / "checkpoint.previous.pt"

    def load_run(self, model: nn.Module) -> Run | None:
        """Return the run that is complete, with its weights in `model`; None if there is none.

        Raises:
            DamagedFileError: the run is damaged, or is another seed's or training's.
        """
        if not (self.path / "run.json").exists():
            return None
        self._check_owner(self.path / "run.json", read_fields(self.path))
        run = Run.load(self.path, model)
        self._let_go()  # a kill came between the two
        return run

    def save_run(self, run: Run) -> Run:
        """Write a complete run, and then let go of the checkpoint."""
        run = replace(run, identity=self.identity)
        run.save(self.path)
        self._let_go()
        return run

    def save(self, training: Training) -> None:
        """Write the state after an epoch, atomically, and keep that of the epoch before."""
        state = training.state_dict() | {"seed": self.seed, "identity": self.identity}
        if self.checkpoint.exists():
            self.checkpoint.replace(self.previous)
        sealed.write(self.checkpoint, torch_bytes(state))

    def restore(self, training: Training) -> None:
        """Let a training continue from the last epoch that was saved, if there is one.

        Raises:
            DamagedFileError: a checkpoint is damaged, or is another seed's or training's.
        """
        check_file(self.previous)
        for path in (self.checkpoint, self.previous):
            if path.exists():
                self._load(path, training)
                return

    def step_back(self, training: Training, epochs: int) -> None:
        """Take back the last epoch of a training that has made one more than `epochs`; errors: `restore`."""
        if len(training.history) != epochs + 1:
            return
        if epochs == 0:
            training.start_again()
        elif self.previous.exists():
            self._load(self.previous, training)

    def _load(self, path: Path, training: Training) -> None:
        """Load a state, which can hold no code."""
        content = io.BytesIO(sealed.read(path, _AGAIN))
        with reading(path, "the state of a training", _AGAIN):
            state = torch.load(content, map_location=training.device, weights_only=True)
            self._check_owner(path, state)
            training.load_state_dict(state)

    def _let_go(self) -> None:
        for path in (self.checkpoint, self.previous):
            check_file(path)
            path.unlink(missing_ok=True)

    def _check_owner(self, path: Path, fields: dict[str, Any]) -> None:
        found = fields.get("seed"), fields.get("identity")
        if found != (self.seed, self.identity):
            expected = f"seed {self.seed} of the training {self.identity}"
            remedy = f"move {self.path} elsewhere, or choose another folder"
            raise DamagedFileError(path, expected, "seed {} of {}".format(*map(_short, found)), remedy)


@contextmanager
def claimed(folder: Path, identity: dict[str, Any], seeds: Sequence[int]) -> Iterator[list[SeedFolder]]:
    """Make a folder belong to one training and keep other processes out; give the block its seeds' folders.

    Args:
        folder: created if need be.
        identity: nested plain values: model, recipe, hashes of data and code, device.
        seeds: whose folders to give.

    Raises:
        BlockingIOError: another process works there.
        DamagedFileError: `identity.json` is damaged, or is missing where there are seeds; or a file stands in
            place of a seed's folder.
        ValueError: the folder belongs to another training; it names the fields that differ.
    """
    with sole_worker(folder):
        _claim(folder / "identity.json", identity)
        owner = sealed.sha256(to_json(identity).encode())
        folders = [SeedFolder(run_folder(folder, seed), seed, owner) for seed in seeds]
        for one in folders:
            check_folder(one.path)
        yield folders


def _claim(path: Path, identity: dict[str, Any]) -> None:
    folder = path.parent
    seeds = sorted(seed.name for seed in folder.glob("seed-*"))
    if not path.exists():
        if seeds:
            expected = f"the identity of the training that {', '.join(seeds[:5])} belong to"
            raise DamagedFileError(path, expected, "no such file", "put it back, or choose another folder")
        sealed.write_json(path, identity)
        return
    old = _flat(sealed.read_json(path, "put back a whole copy of it, or choose another folder"))
    lines = _differences(old, _flat(json.loads(to_json(identity))))
    if lines and seeds:
        raise ValueError(
            "\n".join([f"{folder} holds another training; choose another folder, or go back to:", *lines])
        )
    if lines:  # that one ended before it trained a seed
        sealed.write_json(path, identity)


def _differences(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """A line for each value that differs; if none does, a line for the first that stands elsewhere."""
    differing = [name for name in old | new if old.get(name) != new.get(name)]
    lines = [f"  {name}: there {old.get(name)!r}, here {new.get(name)!r}" for name in differing]
    order = [f"  order: there {a}, here {b}" for a, b in zip(old, new, strict=False) if a != b]
    return lines or order[:1]


def _short(value: Any) -> str:
    return str(value) if isinstance(value, int | str) else reprlib.repr(value)


def _flat(value: Any, name: str = "") -> dict[str, Any]:
    """Nested dicts as one, with dotted names."""
    if not isinstance(value, dict):
        return {name: value}
    parts = [_flat(part, f"{name}.{key}" if name else key) for key, part in value.items()]
    return {name: value for part in parts for name, value in part.items()}
