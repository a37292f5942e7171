"""Figures 3 to 6 of the paper: what is drawn of their cells."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from euar.chapters.ledger.pictures import joint_grid
from euar.data import MultimodalDataset
from euar.experiments.comparison import called
from euar.experiments.joint import PICTURE, SILHOUETTE
from euar.experiments.protocols import only
from euar.experiments.statistics import bootstrap_mean_interval
from euar.experiments.tables import Found, Panel, Table
from euar.experiments.tables.compared import Compared
from euar.experiments.tables.panels import TEST
from euar.experiments.tables.rowwise import values_of
from euar.plots.curves import curve_panels, over_numbers
from euar.plots.forest import forest

PLAIN = "mlp-experts"


class Drawn(NamedTuple):
    """A figure, and what it says in numbers.

    Attributes:
        picture: None where there is nothing to draw.
        lines: a dictionary of plain values each, with the same fields.
    """

    picture: Figure | None
    lines: list[dict[str, Any]]


class Measured(NamedTuple):
    """What a figure is drawn from.

    Attributes:
        table: its cells.
        found: {measurement: what is known}.
        compared: each metric of each panel.
        data: {panel's title: its data set}, of those that are here.
    """

    table: Table
    found: Mapping[Any, Found]
    compared: Sequence[Compared]
    data: Mapping[str, MultimodalDataset]

    def of(self, one: Any, name: str) -> NDArray[Any] | None:
        """Return what the runs of a cell say of a test split, in the order of the data; None if not kept."""
        title = next(panel.title for panel in self.table.panels if one in panel.rows.values())
        said = self.found[one].predictions.get(name)
        if said is None or title not in self.data:
            return None
        return values_of(said, self.data[title].subset(split=TEST).ids)


def draw_3(measured: Measured) -> Drawn:
    """Draw the difference on each panel, with its interval."""
    found = [(one, one.effects.get(PLAIN)) for one in _headlines(measured)]
    rows = {
        one.panel.title: {"EUAR - MLP experts": _hundredths(effect.interval)}
        for one, effect in found
        if effect is not None
    }
    picture = forest(rows, "difference, hundredths of Acc2 or accuracy", lines={"": 0.0}) if rows else None
    return Drawn(picture, _lines_of(measured))


def draw_4(measured: Measured) -> Drawn:
    """Draw Acc2 over the number of experts."""
    series = {
        one.panel.title: {int(n): one.scores[n] for n in one.panel.rows if n in one.scores}
        for one in _headlines(measured)
        if any(n in one.scores for n in one.panel.rows)
    }
    return Drawn(over_numbers(series, "experts", "Acc2") if series else None, _lines_of(measured))


def draw_5(measured: Measured) -> Drawn:
    """Draw Acc2 on the test split after each epoch, every seed."""
    panels = {panel.title: _curves(panel, measured.found) for panel in measured.table.panels}
    panels = {title: series for title, series in panels.items() if series}
    return Drawn(curve_panels(panels, unit="Acc2 on test") if panels else None, _lines_of(measured))


def draw_6(measured: Measured) -> Drawn:
    """Draw the joint features of the first seed, and give the separation of all seeds with its interval."""
    lines, pictures, notes = [], dict[str, dict[str, NDArray[Any]]](), dict[str, dict[str, str]]()
    for panel in measured.table.panels:
        for system, one in panel.rows.items():
            for test in (TEST, *_withheld(one)):
                made, values = (
                    measured.of(one, f"{PICTURE}, {test}"),
                    measured.of(one, f"{SILHOUETTE}, {test}"),
                )
                if made is None or values is None:
                    continue
                groups = measured.data[panel.title].subset(split=TEST).groups
                found = bootstrap_mean_interval(values, groups).effect
                pictures.setdefault(test, {})[called(system)] = made[0]
                notes.setdefault(test, {})[called(system)] = f"silhouette {found.signed(2)}"
                lines.append(_separation(panel, system, test, found))
    if not pictures:
        return Drawn(None, lines)
    data = next(iter(measured.data.values()))
    signs = np.sign(data.subset(split=TEST).target)
    return Drawn(joint_grid(pictures, signs, notes), lines)


def _headlines(measured: Measured) -> list[Compared]:
    return [one for one in measured.compared if one.metric == one.panel.headline]


def _hundredths(interval: Any) -> Any:
    mean, low, high, n = interval
    return type(interval)(100 * mean, 100 * low, 100 * high, n)


def _lines_of(measured: Measured) -> list[dict[str, Any]]:
    return [
        {
            "panel": one.panel.title,
            "row": called(row),
            "metric": one.metric,
            "mean": float(np.mean(values)),
            "difference": effect.interval.signed(1, scale=100) if (effect := one.effects.get(row)) else "",
            "could have been seen": round(100 * effect.detectable, 1) if effect else "",
        }
        for one in _headlines(measured)
        for row, values in one.scores.items()
    ]


def _curves(panel: Panel, found: Mapping[Any, Found]) -> dict[str, NDArray[Any]]:
    """{row: (S, epochs)} of the headline metric on the test split."""
    return {
        name: np.array([run["curves"][f"test_{panel.headline}"] for run in result["runs"]])
        for name, one in panel.rows.items()
        if (result := found[one].result) is not None
    }


def _withheld(one: Any) -> list[str]:
    names = one.modalities or tuple(one.dataset().modalities)
    return [only([name for name in names if name != one.without])]


def _separation(panel: Panel, system: str, test: str, found: Any) -> dict[str, Any]:
    return {
        "panel": panel.title,
        "row": called(system),
        "test": test,
        "silhouette": found.mean,
        "low": found.low,
        "high": found.high,
        "n": found.n,
    }
