"""Where the result of a cell lies: in whichever experiment it was measured, by today's code or older."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from euar.data import DataError, MultimodalDataset
from euar.experiments import store
from euar.experiments.measurement import Measurement, Predicted

#: The experiment of cells that belong to no other.
HOME = "tables"
#: Fields of a request that decide the data, as `Measurement.dataset` returns them.
_OF_DATA = ("data", "variant", "modalities", "size", "task")


class Found(NamedTuple):
    """What is known of a cell.

    Attributes:
        result: the newest, None where it was never measured.
        predictions: what its runs say of each test split; `{}` where they were not kept.
    """

    result: dict[str, Any] | None
    predictions: dict[str, Predicted]

    @property
    def there(self) -> bool:
        """Whether it was ever measured."""
        return self.result is not None


class Wanted(NamedTuple):
    """What of some cells is still to be measured.

    Attributes:
        missing: without a result by today's code.
        without_data: whose data are not here, with the reason.
    """

    missing: list[Measurement]
    without_data: dict[Measurement, str]


def search(asked: Iterable[Measurement], root: Path | None = None) -> dict[Measurement, Found]:
    """Return the newest result of each cell, whatever experiment holds it, and whatever code measured it."""
    known = [(name, dict(store.newest(name, asked, root))) for name in store.experiments(root)]
    return {one: _newest([results[one] for _, results in known if one in results], root) for one in asked}


def wanted(asked: Sequence[Measurement], root: Path | None = None) -> Wanted:
    """Return which cells have no result of the same data and code in any experiment."""
    keys = {path.stem for path in _results(root)}
    missing: list[Measurement] = []
    without: dict[Measurement, str] = {}
    for group in _by_data(asked):
        try:
            dataset = group[0].dataset()
        except DataError as error:
            if error.field != "name_or_path":  # it is here, and something is wrong with it
                raise
            without |= dict.fromkeys(group, str(error))
            continue
        missing += [one for one in group if one.key(dataset) not in keys]
    order = list(asked)
    return Wanted(sorted(missing, key=order.index), without)


def homes(
    asked: Iterable[Measurement], others: Mapping[str, Iterable[Measurement]]
) -> dict[str, list[Measurement]]:
    """Return {experiment: its cells}: where another experiment asks for the same, that one keeps the result.

    Args:
        asked: cells.
        others: {experiment: what it measures}.

    Example:
        >>> homes([], {"mosi": []})
        {}
    """
    owner = {one: name for name, measured in others.items() for one in measured}
    found: dict[str, list[Measurement]] = {}
    for one in asked:
        found.setdefault(owner.get(one, HOME), []).append(one)
    return found


def _newest(results: Sequence[dict[str, Any]], root: Path | None) -> Found:
    """A result of today's code comes before any other."""
    if not results:
        return Found(None, {})
    newest = max(results, key=lambda result: (store.is_current(result), result["started"]))
    return Found(newest, store.load_predictions(newest, root))


def _results(root: Path | None) -> Iterator[Path]:
    for name in store.experiments(root):
        yield from store.result_folder(name, root).glob("*.json")


def _by_data(asked: Sequence[Measurement]) -> Iterator[list[Measurement]]:
    """Cells that read the same data, together: those are loaded once."""
    named = sorted(((_data_of(one), place) for place, one in enumerate(asked)))
    for _, group in groupby(named, key=lambda pair: pair[0]):
        yield [asked[place] for _, place in group]


def _data_of(one: Measurement) -> str:
    request = one.request()
    reads = type(one).dataset.__qualname__
    return repr((reads, [request.get(name) for name in _OF_DATA]))


def dataset_of(one: Measurement) -> MultimodalDataset | None:
    """Return the data of a cell, None where they are not here."""
    try:
        return one.dataset()
    except DataError as error:
        if error.field != "name_or_path":
            raise
        return None
