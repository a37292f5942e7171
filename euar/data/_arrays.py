"""A data set as a JSON header and named arrays of n rows, and back: what is stored, hashed and selected."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from euar.data.errors import DataError

if TYPE_CHECKING:
    from euar.data.dataset import MultimodalDataset

_PLAIN = ("target", "ids", "split", "target_sd", "groups")


def flatten(data: "MultimodalDataset") -> tuple[dict, dict[str, np.ndarray]]:
    """Return the header {name, modalities, meta} and {path: array}, such as "available/text"."""
    meta, arrays = _parted(data.meta, "meta")
    arrays |= {f"modalities/{name}": values for name, values in data.modalities.items()}
    arrays |= {f"available/{name}": mask for name, mask in data.available.items()}
    for name, (values, lengths) in data.sequences.items():
        arrays |= {f"sequences/{name}": values, f"lengths/{name}": lengths}
    arrays |= {name: getattr(data, name) for name in _PLAIN if getattr(data, name) is not None}
    return {"name": data.name, "modalities": list(data.modalities), "meta": meta}, arrays


def unflatten(header: dict, arrays: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """Return the arguments from which `MultimodalDataset` was flattened."""
    tables = {part: _below(arrays, part) for part in ("modalities", "sequences", "lengths")}
    return {name: arrays.get(name) for name in _PLAIN} | {
        "name": header["name"],
        "modalities": {name: tables["modalities"][name] for name in header["modalities"]},
        "available": _below(arrays, "available"),
        "sequences": {
            name: (values, tables["lengths"][name]) for name, values in tables["sequences"].items()
        },
        "meta": _joined(header["meta"], _below(arrays, "meta")),
    }


def _parted(meta: Mapping[str, Any], path: str) -> tuple[dict, dict[str, np.ndarray]]:
    """Part meta into its JSON and its arrays."""
    plain: dict[str, Any] = {}
    arrays: dict[str, np.ndarray] = {}
    for key, value in meta.items():
        if isinstance(value, np.ndarray):
            arrays[f"{path}/{key}"] = value
        elif isinstance(value, Mapping):
            plain[key], inner = _parted(value, f"{path}/{key}")
            arrays |= inner
        else:
            plain[key] = value
    return plain, arrays


def _joined(plain: dict, arrays: Mapping[str, np.ndarray]) -> dict:
    """Undo `_parted`: put each array back at its path."""
    meta = dict(plain)
    for path, values in arrays.items():
        key, _, rest = path.partition("/")
        if key in meta and not (rest and isinstance(meta[key], dict)):
            expected, remedy = "one value at each path", "write the file again"
            raise DataError("meta", f"meta/{path}", expected, "an array and another value", remedy)
        meta[key] = _joined(meta.get(key, {}), {rest: values}) if rest else values
    return meta


def _below(arrays: Mapping[str, np.ndarray], part: str) -> dict[str, np.ndarray]:
    prefix = f"{part}/"
    return {path.removeprefix(prefix): values for path, values in arrays.items() if path.startswith(prefix)}
