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
class Corpus:
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


#: {how `corpora` names a set: where it is measured, and the fields of its `Corpus` that are no measurement}.
_SETS: Mapping[str, Mapping[str, Any]] = {
    "mosi": {
        "of": ("mosi", "official"),
        "title": "CMU-MOSI, official split",
        "modalities": ("text", "audio"),
        "metrics": _RATINGS,
        "words": True,
        "tables": {"Table 1": "table-1-video", "Table 2": "table-2-mosi", "Table 4": "table-4"},
        "prefix": "mosi ",
        "differs": "frozen sentence embeddings and openSMILE sound, no video; the paper trains BERT, "
        "and has COVAREP sound and FACET faces",
    },
    "mosi-unseen": {
        "of": ("mosi", "unseen-video"),
        "title": "CMU-MOSI, unseen videos",
        "modalities": ("text", "audio", "video"),
        "metrics": _RATINGS,
        "tables": {"Table 1": "table-1-video", "Table 2": "table-2-mosi"},
        "prefix": "mosi ",
        "differs": "pooled text-CNN, openSMILE and 3D-CNN features of another release; 21 videos for test "
        "that its extractors never saw, not the official split",
    },
    "mosei": {
        "of": ("mosei", None),
        "title": "CMU-MOSEI, text alone",
        "modalities": ("text",),
        "metrics": _RATINGS,
        "tables": {"Table 1": "table-1-video", "Table 2": "table-2-mosei", "Table 4": "table-4"},
        "prefix": "mosei ",
        "differs": "frozen sentence embeddings alone; the paper trains BERT, and has sound and faces",
    },
    "mvsa": {
        "of": ("mvsa", None),
        "title": "MVSA-Single",
        "modalities": ("image", "text"),
        "metrics": _CLASSES,
        "tables": {"Table 1": "table-1-image"},
        "prefix": "mvsa ",
        "differs": "frozen EfficientNet-Lite0 and sentence embeddings; the paper names ResNet-152 and BERT",
    },
    "nyud": {
        "of": ("nyud", None),
        "title": "NYU Depth V2",
        "modalities": ("rgb", "depth"),
        "metrics": _CLASSES,
        "tables": {"Table 1": "table-1-image", "Table 3": "table-3"},
        "prefix": "nyud ",
        "differs": "frozen EfficientNet-Lite0 on colour and depth; the paper names ResNet-152 for both",
    },
}


@cache
def corpora() -> dict[str, Corpus]:
    """Return the paper's four sets by name; CMU-MOSI stands there twice, as official and as unseen-video."""
    return {name: _corpus(name, **facts) for name, facts in _SETS.items()}


def _corpus(name: str, of: tuple[str, str | None], **facts: Any) -> Corpus:
    """A set of the paper's, measured as its chapter does; Table 3 has the noises, Table 2 some modalities."""
    row, tables = _default(*of), facts["tables"]
    return Corpus(
        name=name,
        row=row,
        part=_with_some(*of) if "Table 2" in tables and len(facts["modalities"]) > 1 else None,
        noises={noise: noise if "Table 3" in tables else None for noise in row.noises},
        **facts,
    )


def chosen(names: str | None) -> list[Corpus]:
    """Return corpora by name, or files that `load` reads.

    Args:
        names: with commas between, such as `mosi,mosei=aligned_50.pkl`: a file in the place of a set stands
            beside the paper's numbers for that set, a file alone beside none. None for the paper's sets.

    Raises:
        DataError: no such file.
        ValueError: a file in the place of a set that is none of the paper's.
    """
    known = corpora()
    if names is None:
        return list(known.values())
    return [known[name] if name in known else _of_file(name) for name in map(str.strip, names.split(","))]


def _of_file(text: str) -> Corpus:
    name, equals, path = text.partition("=")
    if not equals:
        return of_file(text)
    if name not in corpora():
        raise ValueError(f"dataset: expected one of {', '.join(corpora())} before =, found {name!r}")
    corpus, own = corpora()[name], of_file(path)
    return replace(
        own,
        row=replace(corpus.row, data=path, variant=None, noises=()),
        tables=corpus.tables,
        prefix=corpus.prefix,
        differs="features of the file",
    )


def of_file(path: str) -> Corpus:
    """Return a file of the user's as a corpus, measured as CMU-MOSI is; the paper says nothing of it."""
    dataset = load(path)
    words = "text" in dataset.meta.get("features", {})
    ratings = dataset.task == "regression"
    return Corpus(
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


def _with_some(chapter: str, variant: str | None) -> Row:
    """The same with as many seeds as the chapter takes for a smaller set of modalities."""
    smaller = next(one for one in _rows(chapter, variant) if one.modalities is not None)
    return replace(smaller, modalities=None)


def _rows(chapter: str, variant: str | None) -> Iterator[Row]:
    """Rows of EUAR's default on all training rows."""
    for one in measurements(chapter)[1]:
        if type(one) is Row and (one.system, one.variant, one.size) == ("default", variant, None):
            yield one
