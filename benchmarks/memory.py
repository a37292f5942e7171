"""Peak memory of a step with the KL divergence of all experts: the fused way against the dense one.

Each is measured in a process of its own, so that neither finds memory that the other left. On the CPU it is
the resident set, which Linux alone tells.
"""

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import cast

import torch

from benchmarks.clock import Effort, paired, spread
from benchmarks.layer import Ours, training
from benchmarks.rows import Row, at_least, plain
from euar import _kernels
from euar.moe import UncertaintyAwareMoE

OURS = ("sorted",)
OVER = "dense"
_LARGE = {"batch": 4096, "experts": 32, "dim": 128, "k": 3}
CELLS = {
    "full": [_LARGE],
    "reduced": [_LARGE],
    "quick": [{"batch": 2048, "experts": 16, "dim": 64, "k": 3}],
}
_ROUNDS = 3


def measure(cell: dict[str, int], effort: Effort, device: torch.device) -> list[Row]:
    """Take the peak of each way, in MB above what was in use before the step."""
    order, ways = random.Random(0), ["dense", "sorted"]
    peaks: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(min(_ROUNDS, effort.least)):
        order.shuffle(ways)
        for way in ways:
            peaks[way].append(_in_child(way, cell, device))
    return [
        {
            "cell": cell,
            "rounds": len(peaks["dense"]),
            "mb": {way: plain(spread(found)) for way, found in peaks.items()},
            "ratios": {"sorted": {"dense": plain(paired(peaks["dense"], peaks["sorted"]))}},
        }
    ]


def goals(rows: list[Row]) -> list[Row]:
    """Judge the rows by what was to be reached."""
    return [
        at_least("dense over fused, B = 4096, N = 32", r["ratios"]["sorted"]["dense"], 4)
        for r in rows
        if (r["cell"]["batch"], r["cell"]["experts"]) == (4096, 32)
    ]


def peak(way: _kernels.Way, cell: dict[str, int], device: torch.device) -> float:
    """Return by how many MB a step raises what this process uses, at its highest."""
    torch.manual_seed(0)
    layer = Ours(UncertaintyAwareMoE(cell["dim"], cell["experts"], cell["k"]).to(device), way)
    x = torch.randn(cell["batch"], cell["dim"], device=device, requires_grad=True)
    training(layer, x[:2].detach().requires_grad_())()  # what is loaded at first use is not the step's
    before = _forgotten(device)
    training(layer, x)()
    return (_highest(device) - before) / 1e6


def _forgotten(device: torch.device) -> int:
    """Forget the highest use so far, and return the use of now in bytes."""
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    else:
        Path("/proc/self/clear_refs").write_text("5")  # see proc_pid_clear_refs(5)
    return _highest(device)


def _highest(device: torch.device) -> int:
    """The highest use in bytes: of the device's allocator, or the resident set as Linux counts it."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(1024 * int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def _in_child(way: str, cell: dict[str, int], device: torch.device) -> float:
    command = [sys.executable, "-m", "benchmarks.memory", way, json.dumps(cell), str(device)]
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"memory: the process of the {way} way failed:\n{done.stderr}")
    return float(done.stdout)


if __name__ == "__main__":
    torch.set_num_threads(1)
    asked, sizes, place = sys.argv[1:]
    sys.stdout.write(str(peak(cast("_kernels.Way", asked), json.loads(sizes), torch.device(place))))
