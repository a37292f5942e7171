"""Half precision: what sums over experts or a batch, a softmax or a loss, needs more digits than it has."""

from torch import Tensor


def is_half(x: Tensor) -> bool:
    """Tell whether x has fewer digits than float32."""
    return x.dtype.itemsize < 4


def at_least_float32(x: Tensor) -> Tensor:
    """Return x in float32 if it has fewer digits, else as it is."""
    return x.float() if is_half(x) else x
