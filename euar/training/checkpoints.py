"""A folder of runs that can be interrupted: who owns it, and the state of the seed under way.

folder/identity.json            what the runs depend on: another training may not continue here
folder/seed-0/checkpoint.pt     the last completed epoch, while the seed trains
folder/seed-0/{weights.pt, predictions.npz, run.json}    once it is done, see `Run.save`
"""

import json
from pathlib import Path
from typing import Any

import torch

from euar.files import atomic, read_json, to_json, write_json


def claim(folder: Path, identity: dict[str, Any]) -> None:
    """Make the folder belong to one training, or check that it does.

    Args:
        folder: created if need be.
        identity: nested plain values: model, recipe, hashes of data and code, device.

    Raises:
        ValueError: the folder belongs to another training; it names the fields that differ.
    """
    path = folder / "identity.json"
    if not path.exists():
        write_json(path, identity)
        return
    old, new = _flat(read_json(path)), _flat(_plain(identity))
    differing = [name for name in old | new if old.get(name) != new.get(name)]
    if differing:
        lines = [f"  {name}: there {old.get(name)!r}, here {new.get(name)!r}" for name in differing]
        raise ValueError(
            "\n".join([f"{folder} holds another training; choose another folder, or go back to:", *lines])
        )


def save(path: Path, state: dict[str, Any]) -> None:
    """Write a checkpoint of tensors and plain values, atomically."""
    with atomic(path) as temporary:
        torch.save(state, temporary)


def load(path: Path, device: torch.device) -> dict[str, Any]:
    """Read a checkpoint; it may hold nothing but tensors and plain values."""
    return torch.load(path, map_location=device, weights_only=True)


def _plain(value: Any) -> Any:
    """The value as JSON would give it back."""
    return json.loads(to_json(value))


def _flat(value: Any, name: str = "") -> dict[str, Any]:
    """Nested dicts as one, with dotted names."""
    if not isinstance(value, dict):
        return {name: value}
    parts = [_flat(part, f"{name}.{key}" if name else key) for key, part in value.items()]
    return {name: value for part in parts for name, value in part.items()}
