"""The same cells with encoders that train along, where `trained_encoders` has measured them."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from numpy.typing import NDArray

from euar.chapters.ledger.corpora import corpora
from euar.chapters.trained_encoders.measure import compared
from euar.experiments.comparison import by_seed
from euar.experiments.measurement import Measurement
from euar.experiments.row import Row
from euar.experiments.store import newest
from euar.experiments.tables.panels import TEST


def trained_scores(one: Measurement, metric: str, tests: Sequence[str] = (TEST,)) -> NDArray[Any] | None:
    """Return a metric of each seed, (S,), of what a cell on frozen features compares; None if not measured.

    Args:
        one: the cell; only a `Row` has a counterpart.
        metric: its name.
        tests: the cell's test splits; draws of one noise stand for that noise.
    """
    found = _known().get(_compares(one)) if isinstance(one, Row) else None
    test = tests[0].partition(", draw ")[0]
    if found is None or test not in (TEST, *found["runs"][0].get("others", {})):
        return None
    return by_seed(found, metric, None if test == TEST else test)


@cache
def _known() -> dict[tuple[Any, ...], dict[str, Any]]:
    pairs = newest("trained_encoders", compared())
    return {_compares(one): result for one, result in pairs if not one.changes}


def _compares(one: Any) -> tuple[Any, ...]:
    """Data, system and modalities, of which a measurement leaves out those that are all."""
    whole = {(corpus.row.data, corpus.row.variant): corpus.modalities for corpus in corpora().values()}
    return one.data, one.variant, one.system, one.modalities or whole.get((one.data, one.variant))
