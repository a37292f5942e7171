"""The results kept in `results/<experiment>/`: new ones are added, none is ever overwritten.

<key>.json      the result, see `result.schema.json`, with its hash; older ones have none
<key>.npz       what its runs say about the test rows, by id; results measured before schema 2 have none
"""

import argparse
import io
import reprlib
import shlex
from collections.abc import Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from euar import sealed
from euar.experiments.measurement import Measurement, Predicted, Result, types_of
from euar.files import DamagedFileError, read_json, reading, write_json_once
from euar.resources import is_installed, resource
from euar.training.provenance import code_sha256

#: What any result holds, a field before its parts.
_FIELDS = {
    **dict.fromkeys(("experiment", "key", "started"), str),
    **dict.fromkeys(("config", "data", "code", "baselines"), dict),
    **dict.fromkeys(("config.name", "config.measurement", "data.name", "data.sha256", "code.sha256"), str),
    **dict.fromkeys(("config.request", "config.model"), dict),
}
_LOST = "restore the file, or delete its .json too and measure the result again"
_REMEDY = "restore the file, or delete it and measure it again; other results stay as they are"

_Asked = TypeVar("_Asked", bound=Measurement)


def save_result(result: Result, root: Path | None = None) -> Path:
    """Add a result; its predictions are written first, so that a result is never without them.

    Args:
        result: as `Measurement.measure` returns it.
        root: the folder of all results, see `root_to_write`.

    Returns:
        The JSON file written.

    Raises:
        FileExistsError: a result with this key is there already.
        ValueError: the folder belongs to an installed package.
    """
    path = result_path(result.record["experiment"], result.record["key"], root_to_write(root))
    if path.exists():  # its predictions stay, too
        raise FileExistsError(f"{path} is there already; nothing is written over it")
    if result.predictions:
        _save_predictions(path.with_suffix(".npz"), result.record["key"], result.predictions)
    record = result.record | {
        "command": _without_place(result.record["command"]),
        "predictions": sorted(result.predictions),
    }
    write_json_once(path, sealed.with_hash(record))
    return path


def _without_place(command: str) -> str:
    """A command without the folder that it kept results in: a machine's path, which changes no number."""
    place = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    place.add_argument("--root", "--out")
    return shlex.join(place.parse_known_args(shlex.split(command))[1])


def root_to_write(root: Path | None = None) -> Path:
    """Return the folder of all results to which new ones are added.

    Args:
        root: None is the checkout's; where the package is installed, `results` in the working directory.

    Raises:
        ValueError: the folder belongs to an installed package, which a reinstallation would wipe.
    """
    if root is None:
        shipped = _folder(None)
        return Path("results").absolute() if is_installed(shipped) else shipped
    if is_installed(root):
        raise ValueError(
            f"root: expected a folder outside the installed package, found {root}; choose another"
        )
    return root


def result_path(experiment: str, key: str, root: Path | None = None) -> Path:
    """Return where a result is kept, whether or not it is there."""
    return result_folder(experiment, root) / f"{key}.json"


def result_folder(experiment: str, root: Path | None = None) -> Path:
    """Return where the results of an experiment are kept, whether or not there are any."""
    return _folder(root) / experiment


def experiments(root: Path | None = None) -> list[str]:
    """Return the names of the experiments that have results."""
    return sorted({path.parent.name for path in _folder(root).glob("*/*.json")})


def load_results(experiment: str, root: Path | None = None) -> list[dict[str, Any]]:
    """Return the results of an experiment, newest first; an empty list if there are none.

    Raises:
        DamagedFileError: a file is no result, or not the one that its name says.
    """
    results = [_kept(path) for path in result_folder(experiment, root).glob("*.json")]
    return sorted(results, key=lambda result: (result["started"], result["key"]), reverse=True)


def read_result(path: Path) -> dict[str, Any]:
    """Return the result that a file holds, such as the `result.json` of a training.

    Raises:
        DamagedFileError: the file is no result, or has not the hash that stands in it.
    """
    result = read_json(path, _REMEDY)
    if "sha256" in result:
        result = sealed.without_hash(path, result, _REMEDY)
    for name, kind in _FIELDS.items():
        value = _field(result, name)
        if not isinstance(value, kind):
            found = f"{name} {reprlib.repr(value)}"
            raise DamagedFileError(path, f"a result with a {name} ({kind.__name__})", found, _REMEDY)
    return result


def using(path: Path) -> AbstractContextManager[None]:
    """Name the file of a result, and the remedy, where the block cannot use what it says."""
    return reading(path, "a result with all its parts", _REMEDY)


def load_predictions(result: dict[str, Any], root: Path | None = None) -> dict[str, Predicted]:
    """Return {test split: what a result's runs say about its rows}; empty where none were recorded.

    Args:
        result: one of `load_results`.
        root: the folder of all results; the repository's by default.

    Raises:
        DamagedFileError: the file is lost, not as it was written, or another result's.
    """
    path = result_path(result["experiment"], result["key"], root).with_suffix(".npz")
    if not path.exists():
        if recorded := result.get("predictions"):
            said = f"what the runs of {result['key']} say about {', '.join(recorded)}"
            raise DamagedFileError(path, said, "no file", _LOST)
        return {}
    content = sealed.read(path, _REMEDY)
    with (
        reading(path, f"what the runs of {result['key']} say", _REMEDY),
        np.load(io.BytesIO(content)) as file,
    ):
        if str(file["key"]) != result["key"]:
            raise ValueError(f"what those of {file['key']} say")
        names = [name.removeprefix("values/") for name in file.files if name.startswith("values/")]
        return {name: Predicted(file[f"ids/{name}"], file[f"values/{name}"]) for name in names}


def newest(
    experiment: str, asked: Iterable[_Asked], root: Path | None = None
) -> list[tuple[_Asked, dict[str, Any]]]:
    """Return the measurements that have a result, each with its newest.

    Args:
        experiment: the name under which the results are kept.
        asked: what was to be measured; those without a result are left out.
        root: the folder of all results; the repository's by default.
    """
    known = load_results(experiment, root)
    pairs = ((one, next((r for r in known if _answers(r, one)), None)) for one in asked)
    return [(one, result) for one, result in pairs if result is not None]


def on_same_data(result: dict[str, Any], root: Path | None = None) -> dict[str, dict[str, Any]]:
    """Return {system: newest result} of what was measured on a result's rows and modalities, by its recipe.

    A cell of a sweep over recipes is no reference for another recipe; where seeds chose their rate, all are.

    Args:
        result: its `data` decide (the same rows, modalities and split have the same hash) and its recipe.
        root: the folder of all results; the repository's by default.
    """
    known = [r for name in experiments(root) for r in load_results(name, root)]
    same = [r for r in known if r["data"]["sha256"] == result["data"]["sha256"]]
    systems = [r for r in same if "system" in r["config"]["request"] and _alike(r, result)]
    return {r["config"]["name"]: r for r in sorted(systems, key=lambda r: r["started"])}


def is_current(result: dict[str, Any]) -> bool:
    """Tell whether today's code is the code that measured this; if not, say "measured with older code"."""
    return bool(result["code"]["sha256"] == code_sha256(types_of(result["config"])))


def age(results: Iterable[dict[str, Any]]) -> str:
    """Return when results were measured, in words, and whether with older code.

    Args:
        results: at least one.
    """
    results = list(results)
    days = sorted(result["started"][:10] for result in results)
    span = days[0] if days[0] == days[-1] else f"{days[0]} to {days[-1]}"
    return span if all(map(is_current, results)) else f"{span}, with older code"


def _answers(result: dict[str, Any], asked: Measurement) -> bool:
    """Whether a result is one of a measurement, on whatever data and by whatever code."""
    kind = result["config"]["measurement"].rpartition(".")[2]
    return bool(kind == type(asked).__qualname__ and result["config"]["request"] == asked.request())


def _alike(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether a result was trained by another's recipe, or its seeds chose their rate on validation."""
    ours, theirs = (result["config"]["request"].get("recipe") for result in (one, other))
    return "lr" in one["config"] or bool(ours == theirs)


def _folder(root: Path | None) -> Path:
    return resource("results") if root is None else root


def _save_predictions(path: Path, key: str, predictions: dict[str, Predicted]) -> None:
    arrays: dict[str, Any] = {f"ids/{name}": said.ids.astype(str) for name, said in predictions.items()}
    arrays |= {f"values/{name}": said.values.astype(np.float32) for name, said in predictions.items()}
    content = io.BytesIO()
    np.savez_compressed(content, key=np.array(key), **arrays)
    sealed.write(path, content.getvalue())


def _field(result: dict[str, Any], name: str) -> Any:
    """The value at a dotted name, or None."""
    value: Any = result
    for part in name.split("."):
        value = value.get(part)
    return value


def _kept(path: Path) -> dict[str, Any]:
    """A result that lies where `save_result` puts it."""
    result = read_result(path)
    found = f"{result['experiment']}/{result['key']}"
    if found != f"{path.parent.name}/{path.stem}":
        raise DamagedFileError(path, f"the result {path.parent.name}/{path.stem}", found, _REMEDY)
    return result
