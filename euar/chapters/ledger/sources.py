"""The paper's data sets as they are here: how a chapter measures each, and what differs from the paper's."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from euar.chapters.measurements import measurements
from euar.data import load
from euar.experiments.paper import table as paper_table
from euar.experiments.row import Row
from euar.systems.registry import SYSTEMS

#: Chapters whose results are cells of tables and figures.
CHAPTERS = ("mosi", "mosei", "mvsa", "nyud", "paper_against_code", "ledger")
_RATINGS = {"acc2": "acc2", "f1": "f1", "acc7": "acc7"}
_CLASSES = {"accuracy": "accuracy", "f1_weighted": "f1"}


@dataclass(frozen=True, kw_only=True)
class Source:
    """A data set, as data.

    Attributes:
        name: for `--dataset`.
        title: for heads.
        row: how EUAR's default is measured on it; other cells differ from it in what they compare.
        part: the same where it is shown some of its modalities; None: as `row`.
        modalities: of the set.
        metrics: {metric: what the paper's columns call it}.
        tables: {"Table 1": the paper's table that has the set, "Table 2": …}, names of `paper.tables()`.
        prefix: how columns of that table begin.
        differs: how the features differ from the paper's.
        noises: {noise: the paper's column, None where it has none}.
        words: whether its text features are made here, so that other sentences can be given to its models.
        watched: changes of measurements that are watched between epochs, by field.
    """

    name: str
    title: str
    row: Row
    part: Row | None = None
    modalities: tuple[str, ...]
    metrics: Mapping[str, str]
    tables: Mapping[str, str] = field(default_factory=dict)
    prefix: str = ""
    differs: str = ""
    noises: Mapping[str, str | None] = field(default_factory=dict)
    words: bool = False
    watched: Mapping[str, Any] = field(default_factory=dict)

    @property
    def some(self) -> Row:
        """How the set is measured where some modalities are missing."""
        return self.part or self.row

    @property
    def watched_as(self) -> dict[str, Any]:
        """Fields of a measurement that is watched between epochs, on this set."""
        return {
            "data": self.row.data,
            "variant": self.row.variant,
            "recipe": self.row.recipe,
            **self.watched,
        }

    def systems(self, table: str, modalities: int | None = None) -> list[str]:
        """Return the systems of a table that can learn the set: ours, controls, fusions, and the paper's.

        Args:
            table: such as `"Table 1"`.
            modalities: how many there are; None for all.
        """
        count = len(self.modalities) if modalities is None else modalities
        task = "classification" if "accuracy" in self.metrics else "regression"
        return [
            name
            for name, system in SYSTEMS.items()
            if task in system.tasks
            and system.min_modalities <= count
            and (system.kind != "published" or self._compared(table, name))
        ]

    def of_paper(self, table: str) -> dict[str, str]:
        """Return {system: what the paper's table calls it}; its own system is our default."""
        if table not in self.tables:
            return {}
        rows = {name.casefold(): name for name in paper_table(self.tables[table]).rows}
        labels = {name: system.label.casefold() for name, system in SYSTEMS.items()}
        return {name: rows[label] for name, label in labels.items() if label in rows}

    def _compared(self, table: str, name: str) -> bool:
        """Whether the paper's table has a system; where it lacks the set, whether any of the set's has."""
        known = [table] if table in self.tables else [*self.tables]
        return not known or any(name in self.of_paper(one) for one in known)


@cache
def sources() -> dict[str, Source]:
    """Return the paper's four sets by name; CMU-MOSI stands there twice, as official and as unseen-video."""
    found = [
        Source(
            name="mosi",
            title="CMU-MOSI, official split",
            row=_default("mosi", "official"),
            part=_with_some("mosi", "official"),
            modalities=("text", "audio"),
            metrics=_RATINGS,
            words=True,
            tables={"Table 1": "table-1-video", "Table 2": "table-2-mosi", "Table 4": "table-4"},
            prefix="mosi ",
            differs="frozen sentence embeddings and openSMILE sound, no video; the paper trains BERT, "
            "and has COVAREP sound and FACET faces",
        ),
        Source(
            name="mosi-unseen",
            title="CMU-MOSI, unseen videos",
            row=_default("mosi", "unseen-video"),
            part=_with_some("mosi", "unseen-video"),
            modalities=("text", "audio", "video"),
            metrics=_RATINGS,
            tables={"Table 1": "table-1-video", "Table 2": "table-2-mosi"},
            prefix="mosi ",
            differs="pooled text-CNN, openSMILE and 3D-CNN features of another release; 21 videos for test "
            "that its extractors never saw, not the official split",
        ),
        Source(
            name="mosei",
            title="CMU-MOSEI, text alone",
            row=_default("mosei", None),
            modalities=("text",),
            metrics=_RATINGS,
            tables={"Table 1": "table-1-video", "Table 2": "table-2-mosei", "Table 4": "table-4"},
            prefix="mosei ",
            differs="frozen sentence embeddings alone; the paper trains BERT, and has sound and faces",
        ),
        Source(
            name="mvsa",
            title="MVSA-Single",
            row=_default("mvsa", None),
            modalities=("image", "text"),
            metrics=_CLASSES,
            tables={"Table 1": "table-1-image"},
            prefix="mvsa ",
            differs="frozen EfficientNet-Lite0 and sentence embeddings; the paper names ResNet-152 and BERT",
            noises=dict.fromkeys(_default("mvsa", None).noises),
        ),
        Source(
            name="nyud",
            title="NYU Depth V2",
            row=_default("nyud", None),
            modalities=("rgb", "depth"),
            metrics=_CLASSES,
            tables={"Table 1": "table-1-image", "Table 3": "table-3"},
            prefix="nyud ",
            differs="frozen EfficientNet-Lite0 on colour and depth; the paper names ResNet-152 for both",
            noises={noise: noise for noise in _default("nyud", None).noises},
        ),
    ]
    return {source.name: source for source in found}


def chosen(names: str | None) -> list[Source]:
    """Return sources by name, or files that `load` reads.

    Args:
        names: with commas between, such as `mosi,mosei=aligned_50.pkl`: a file in the place of a set stands
            beside the paper's numbers for that set, a file alone beside none. None for the paper's sets.

    Raises:
        DataError: no such file.
        ValueError: a file in the place of a set that is none of the paper's.
    """
    known = sources()
    if names is None:
        return list(known.values())
    return [known[name] if name in known else _of_file(name) for name in map(str.strip, names.split(","))]


def _of_file(text: str) -> Source:
    name, equals, path = text.partition("=")
    if not equals:
        return of_file(text)
    if name not in sources():
        raise ValueError(f"dataset: expected one of {', '.join(sources())} before =, found {name!r}")
    source, own = sources()[name], of_file(path)
    return replace(
        own,
        row=replace(source.row, data=path, variant=None, noises=()),
        tables=source.tables,
        prefix=source.prefix,
        differs="features of the file",
    )


def of_file(path: str) -> Source:
    """Return a file of the user's as a source, measured as CMU-MOSI is; the paper says nothing of it."""
    dataset = load(path)
    words = "text" in dataset.meta.get("features", {})
    ratings = dataset.task == "regression"
    return Source(
        name=Path(path).stem,
        title=Path(path).stem,
        row=replace(_default("mosi", "official"), data=path, variant=None),
        modalities=tuple(dataset.modalities),
        metrics=_RATINGS if ratings else _CLASSES,
        noises={} if ratings else {"features:0.5": None, "features:1": None},
        words=words,
    )


@cache
def measured_elsewhere() -> dict[str, list[Any]]:
    """Return {chapter: what it measures}: cells that are those have their result there."""
    return {name: measurements(name)[1] for name in CHAPTERS}


def _default(chapter: str, variant: str | None) -> Row:
    """How a chapter measures EUAR's default on all rows and modalities."""
    return next(one for one in _rows(chapter, variant) if one.modalities is None)


def _with_some(chapter: str, variant: str) -> Row:
    """The same with as many seeds as the chapter takes for a smaller set of modalities."""
    smaller = next(one for one in _rows(chapter, variant) if one.modalities is not None)
    return replace(smaller, modalities=None)


def _rows(chapter: str, variant: str | None) -> Iterator[Row]:
    """Rows of EUAR's default on all training rows."""
    for one in measurements(chapter)[1]:
        if type(one) is Row and (one.system, one.variant, one.size) == ("default", variant, None):
            yield one
