"""The floor: the matrix products that a layer cannot do without, at the rate of this machine.

The rate is that of a square `mm` in the same rounds; a product of such a size wastes nothing.
"""

import torch

from benchmarks.clock import Call

#: Rows and columns of the square product: large enough for the device, and no larger.
SIDES = {"cpu": 1024, "cuda": 4096}
#: The name of the square product among the ways that are timed.
MM = "mm"


def multiply(device: torch.device) -> Call:
    """Return the call that multiplies two square matrices."""
    side = SIDES[device.type]
    a, b, out = (torch.ones(side, side, device=device) for _ in range(3))
    return lambda: torch.mm(a, b, out=out)


def seconds(flops: float, of_mm: list[float], device: torch.device) -> list[float]:
    """Return how long so many FLOPs last at the rate of the square product, round by round."""
    return [flops / (2 * SIDES[device.type] ** 3) * time for time in of_mm]


def flops(cell: dict[str, int], asked: int, answers: int, passes: int) -> int:
    """Return the FLOPs of the matrix products of a mixture, its gate included; a multiply-add is two.

    Args:
        cell: its `batch`, `experts` and `dim` count.
        asked: experts that answer for each row.
        answers: width of an answer: D for means, 2 D with the log-variances.
        passes: 1 forward; 3 with the gradients by inputs and weights.
    """
    return 2 * passes * cell["batch"] * cell["dim"] * (asked * answers + cell["experts"])
