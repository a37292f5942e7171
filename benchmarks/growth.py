"""Forward and backward of one layer as the experts grow in number, all numbers in the same rounds."""

from typing import Any

import torch

from benchmarks import floor, layer, naive
from benchmarks.clock import Call, Effort, clock_of, compare, paired
from benchmarks.rows import Row, at_most, plain, row

OURS = layer.OURS
OVER = "naive"
CELLS = {
    "full": [{"batch": 16, "dim": 128, "k": 3, "numbers": [8, 16, 32, 64, 128, 256, 512, 1024]}],
    "reduced": [{"batch": 16, "dim": 128, "k": 3, "numbers": [8, 128]}],
    "quick": [{"batch": 4, "dim": 8, "k": 3, "numbers": [4, 8]}],
}
_WAYS = (*OURS, "naive")


def measure(cell: dict[str, Any], effort: Effort, device: torch.device) -> list[Row]:
    """Time each number of experts; `growth` of a row is {way: its time / that of the first number}."""
    sizes, numbers = {name: size for name, size in cell.items() if name != "numbers"}, cell["numbers"]
    x = torch.randn(cell["batch"], cell["dim"], device=device, requires_grad=True)
    calls: dict[str, Call] = {floor.MM: floor.multiply(device)}
    for number in numbers:
        layers = layer.ours(sizes | {"experts": number}, device)
        layers["naive"] = naive.like(layers["all"].moe)
        calls |= {f"{way} {number}": layer.training(layers[way], x) for way in _WAYS}
    times = compare(calls, effort, clock_of(device))
    rows = []
    for number in numbers:
        own = {way: times[f"{way} {number}"] for way in _WAYS} | {floor.MM: times[floor.MM]}
        at = sizes | {"experts": number}
        grown = {way: plain(paired(own[way], times[f"{way} {numbers[0]}"])) for way in _WAYS}
        rows.append(row(at, own, ("naive",), layer.floors(at), device) | {"growth": grown})
    return rows


def goals(rows: list[Row]) -> list[Row]:
    """Judge the rows by what was to be reached."""
    last = rows[-1]
    if last["cell"]["experts"] < 1024:
        return []
    first = rows[0]["cell"]["experts"]
    return [at_most(f"selected from N = {first} to 1024, B = 16", last["growth"]["selected"], 4)]
