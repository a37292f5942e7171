"""The results kept in `results/<experiment>/<key>.json`: new ones are added, none is ever overwritten."""

from pathlib import Path
from typing import Any

from euar.files import read_json, write_json_once
from euar.resources import resource
from euar.training.provenance import code_sha256


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
    return (resource("results") if root is None else root) / experiment / f"{key}.json"


def experiments(root: Path | None = None) -> list[str]:
    """Return the names of the experiments that have results."""
    root = resource("results") if root is None else root
    return sorted({path.parent.name for path in root.glob("*/*.json")})


def load_results(experiment: str, root: Path | None = None) -> list[dict[str, Any]]:
    """Return the results of an experiment, newest first; an empty list if there are none."""
    root = resource("results") if root is None else root
    results = [read_json(path) for path in (root / experiment).glob("*.json")]
    return sorted(results, key=lambda result: (result["started"], result["key"]), reverse=True)


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
