"""The results kept in `results/<experiment>/<key>.json`: new ones are added, none is ever overwritten."""

import reprlib
from pathlib import Path
from typing import Any

from euar.files import DamagedFileError, read_json, write_json_once
from euar.resources import resource
from euar.training.provenance import code_sha256

_FIELDS = {
    **dict.fromkeys(("experiment", "key", "started"), str),
    **dict.fromkeys(("config", "data", "code"), dict),
}
_REMEDY = "restore the file, or delete it and measure it again; other results stay as they are"


def save_result(result: dict[str, Any], root: Path | None = None) -> Path:
    """Add a result.

    Args:
        result: as `train` returns it.
        root: the folder of all results; the repository's by default.

    Returns:
        The file written.

    Raises:
        FileExistsError: a result with this key is there already.
    """
    path = result_path(result["experiment"], result["key"], root)
    write_json_once(path, result)
    return path


def result_path(experiment: str, key: str, root: Path | None = None) -> Path:
    """Return where a result is kept, whether or not it is there."""
    return result_folder(experiment, root) / f"{key}.json"


def result_folder(experiment: str, root: Path | None = None) -> Path:
    """Return where the results of an experiment are kept, whether or not there are any."""
    return (resource("results") if root is None else root) / experiment


def experiments(root: Path | None = None) -> list[str]:
    """Return the names of the experiments that have results."""
    root = resource("results") if root is None else root
    return sorted({path.parent.name for path in root.glob("*/*.json")})


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
        DamagedFileError: the file is no result.
    """
    result = read_json(path, _REMEDY)
    for name, kind in _FIELDS.items():
        if not isinstance(result.get(name), kind):
            found = f"{name} {reprlib.repr(result.get(name))}"
            raise DamagedFileError(path, f"a result with a {name} ({kind.__name__})", found, _REMEDY)
    return result


def newest_by_preset(experiment: str, root: Path | None = None) -> dict[str, dict[str, Any]]:
    """Return {preset: newest result} of an experiment, by name of the preset; empty if there are no results.

    An experiment on a single data set bears its name, so this also finds what was recorded for a data set.
    """
    known = load_results(experiment, root) if experiment in experiments(root) else []
    return {
        result["config"]["preset"]: result for result in reversed(known)
    }  # oldest first: the newest stays


def is_current(result: dict[str, Any]) -> bool:
    """Tell whether today's code is the code that measured this; if not, say "measured with older code"."""
    return result["code"]["sha256"] == code_sha256(result["config"]["model"]["type"])


def _kept(path: Path) -> dict[str, Any]:
    """A result that lies where `save_result` puts it."""
    result = read_result(path)
    found = f"{result['experiment']}/{result['key']}"
    if found != f"{path.parent.name}/{path.stem}":
        raise DamagedFileError(path, f"the result {path.parent.name}/{path.stem}", found, _REMEDY)
    return result
