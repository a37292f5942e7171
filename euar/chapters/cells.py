"""A mean and its interval as a cell of a table; differences have `Interval.signed`."""

from collections.abc import Iterable

from euar.intervals import Interval, t_interval


def unsigned(found: Interval, digits: int = 2) -> str:
    """Return mean and 95 % interval of what has no sign, such as an error.

    Example:
        >>> unsigned(Interval(0.72, 0.691, 0.749, 4))
        '0.72 [0.69, 0.75]'
    """
    return f"{found.mean:.{digits}f} [{found.low:.{digits}f}, {found.high:.{digits}f}]"


def cell(values: Iterable[float]) -> str:
    """Return mean and 95 % interval of values (S,), one of a seed.

    Example:
        >>> cell([0.71, 0.73, 0.70, 0.74])
        '0.72 [0.69, 0.75]'
    """
    return unsigned(t_interval(values))
