"""Run benchmarks and keep what they found: results/benchmarks/<cpu or cuda>/<name>.json, the newest alone."""

import os
import platform
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import torch

from benchmarks import NAMES, ON_CPU, peers
from benchmarks.clock import Effort
from benchmarks.rows import Row, name
from euar.files import DamagedFileError, read_json, write_json
from euar.training import provenance
from euar.training.device import one_thread, resolve

ROOT = Path(__file__).resolve().parents[1]
EFFORTS = {"full": Effort(), "reduced": Effort(5, 5, 9), "quick": Effort(0.05, 1, 2, 1e-4)}
_FIELDS = {
    "name": str,
    "command": str,
    "started": str,
    "seconds": float,
    "environment": dict,
    "code": dict,
    "load": list,
    "ours": list,
    "over": str,
    "rows": list,
    "goals": list,
}


def run(
    names: Sequence[str], device: str = "cpu", quick: bool = False, out: Path | None = None
) -> Iterator[Path]:
    """Run benchmarks, write a file for each, and yield its path.

    Args:
        names: some of `NAMES`; `"all"` is all of them, on a GPU without those `ON_CPU`.
        device: `"auto"`, `"cpu"` or `"cuda"`.
        quick: tiny sizes and two rounds, to see that all runs; kept in _build unless `out` says otherwise.
        out: the folder for the files; results/benchmarks/<device> by default.

    Raises:
        ValueError: an unknown name, or a device that is not there.
    """
    where = resolve(device)
    known = [each for each in NAMES if where.type == "cpu" or each not in ON_CPU]
    names = known if list(names) == ["all"] else list(names)
    if unknown := [each for each in names if each not in known]:
        expected = f"expected one of {', '.join(known)} or all"
        raise ValueError(f"benchmark: {expected}, found {unknown[0]!r} on {where.type}")
    folder = out or folder_of(where, ROOT / ("_build" if quick else "results"))
    options = [f"--device {where.type}"] * (where.type != "cpu") + ["--quick"] * quick
    for each in names:
        found = measured(each, "quick" if quick else "full", where)
        path = folder / f"{each}.json"
        write_json(path, found | {"command": " ".join(["euar bench", each, *options])})
        yield path


def folder_of(device: torch.device, root: Path = ROOT / "results") -> Path:
    """Return where the records of a kind of device are; one level deeper than results of experiments."""
    return root / "benchmarks" / device.type


def measured(each: str, cells: str, device: torch.device) -> dict[str, Any]:
    """Run one benchmark.

    Args:
        each: its name.
        cells: `"full"`, `"reduced"` or `"quick"`.
        device: where to run.

    Returns:
        All of a record but its command.
    """
    module, start, load = import_module(f"benchmarks.{each}"), time.perf_counter(), _load()
    started, rows = datetime.now(UTC).isoformat(timespec="seconds"), []
    with one_thread():
        for cell in _announced(each, module.CELLS[cells], EFFORTS[cells]):
            rows += module.measure(cell, EFFORTS[cells], device)
    return {
        "name": each,
        "started": started,
        "seconds": round(time.perf_counter() - start, 1),
        "environment": circumstances(device),
        "code": provenance.code(["euar.model.EUARConfig"]),
        "load": [load, _load()],
        "effort": EFFORTS[cells]._asdict(),
        "ours": list(module.OURS),
        "over": module.OVER,
        "rows": rows,
        "goals": module.goals(rows),
    }


def circumstances(device: torch.device) -> dict[str, Any]:
    """Return versions, the model of the device, threads, and the peers that were there."""
    found = provenance.environment(device)
    model = found["device"] if device.type == "cuda" else _processor()
    there = [peer for peer, imported in peers.installed().items() if imported]
    return found | {"device": model, "cores": os.cpu_count(), "peers": there}


def read(path: Path) -> dict[str, Any]:
    """Return a record.

    Raises:
        DamagedFileError: the file is none.
    """
    remedy = f"measure again: euar bench {path.stem}"
    record = read_json(path, remedy)
    for field, kind in _FIELDS.items():
        if not isinstance(record.get(field), kind):
            raise DamagedFileError(
                path, f"a record with {field} ({kind.__name__})", repr(record.get(field)), remedy
            )
    return record


def say(text: str) -> None:
    """Tell the user something that is no result."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201


def _announced(each: str, cells: Sequence[Row], effort: Effort) -> Iterator[Row]:
    """Yield cells, and say which, and what is left."""
    for peer in (
        [] if each not in ("layer", "predict") else [p for p, there in peers.installed().items() if not there]
    ):
        say(f"{each}: without {peer}, which cannot be imported here")
    for place, cell in enumerate(cells):
        left = (len(cells) - place) * effort.seconds
        say(f"{each} {place + 1} of {len(cells)}: {name(cell)}; about {left:.0f} s left")
        yield cell


def _load() -> float | None:
    """Processes that want a core, on average over the last minute: above 1 the machine is not quiet."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None


def _processor() -> str:
    """The model of the CPU, such as Linux tells it."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return next(iter(models), platform.processor() or platform.machine())
