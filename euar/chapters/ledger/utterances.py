"""Figure 7 of the paper in numbers: what systems read in single utterances."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from euar.chapters.ledger.drawings import Drawn, Measured
from euar.data.corruption import missing_sets
from euar.experiments.comparison import called
from euar.experiments.protocols import only
from euar.experiments.sentences import INVENTED, SENTENCES, Sentences
from euar.experiments.tables import Panel
from euar.experiments.tables.panels import TEST

#: Utterances of the data that are named.
SAMPLES = 4


def draw_7(measured: Measured) -> Drawn:
    """Say what each system reads in a few utterances, by id, and in our sentences; all rows stand beside."""
    lines: list[dict[str, Any]] = []
    for panel in measured.table.panels:
        for system, one in panel.rows.items():
            lines += _read(measured, panel, system, one)
    return Drawn(None, lines)


def _read(measured: Measured, panel: Panel, system: str, one: Any) -> list[dict[str, Any]]:
    said = measured.found[one].predictions
    if isinstance(one, Sentences):
        found = said.get(INVENTED)
        values = None if found is None else found.values
        truths = np.array([*SENTENCES.values()])
        return [] if values is None else _spoken(panel, system, "text", [*SENTENCES], truths, values)
    data = measured.data.get(panel.title)
    if data is None:
        return []
    test = data.subset(split=TEST)
    picked = np.sort(np.random.default_rng(0).permutation(len(test))[:SAMPLES])
    lines: list[dict[str, Any]] = []
    for names in missing_sets(data.modalities):
        if names[0] != "text":
            continue
        values = measured.of(one, TEST if names == tuple(data.modalities) else only(names))
        if values is not None:
            ids = [str(name) for name in test.ids[picked]]
            shown = " + ".join(names)
            lines += _spoken(panel, system, shown, ids, test.target[picked], values[:, picked])
            lines.append(_all_rows(panel, system, shown, test.target, values))
    return lines


def _spoken(
    panel: Panel, system: str, shown: str, names: list[str], truths: NDArray[Any], values: NDArray[Any]
) -> list[dict[str, Any]]:
    """Of each row the sign that most seeds read, and the share of seeds that read the right one."""
    signs, right = _signs(values), _signs(truths)
    return [
        {
            "panel": panel.title,
            "row": called(system),
            "given": shown,
            "what": name,
            "label": float(truth),
            "mean prediction": float(values[:, i].mean()),
            "seeds that are right": float((signs[:, i] == right[i]).mean()),
        }
        for i, (name, truth) in enumerate(zip(names, truths, strict=True))
    ]


def _all_rows(
    panel: Panel, system: str, shown: str, truths: NDArray[Any], values: NDArray[Any]
) -> dict[str, Any]:
    hits = _signs(values) == _signs(truths)
    return {
        "panel": panel.title,
        "row": called(system),
        "given": shown,
        "what": f"all {len(truths)} test rows",
        "label": float(truths.mean()),
        "mean prediction": float(values.mean()),
        "seeds that are right": float(hits.mean()),
    }


def _signs(values: NDArray[Any]) -> NDArray[Any]:
    """Negative, neutral or positive, as the paper reads a rating: after rounding."""
    signs: NDArray[Any] = np.sign(np.rint(values))
    return signs
