"""The leak test: is a linear model of one modality better than anybody's published model of it?

A feature that was fitted to labels of test rows carries them, and then even ridge regression on it scores
impossibly well. We call it flagged when the score exceeds the best published one by more than three standard
errors of the test split. Ratings are scored by Acc2 of ridge, classes by the accuracy of logistic regression.
The paper prints no figure of one modality for the sets with classes: there, the best of both modalities
together stands in, which one alone should not beat either.
"""

import json
import math
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from euar.data import MultimodalDataset, catalogue
from euar.data.audit import Item, Report, read_and_audit
from euar.data.audit.published import SPLITS, recognised, rows_of
from euar.data.audit.splits import fitted_on
from euar.experiments.linear import alone, fitted

REACH = 3  # standard errors
_KINDS = {
    "text": "language",
    "audio": "audio",
    "video": "vision",
    "vision": "vision",
    "image": "image",
    "rgb": "rgb",
    "depth": "depth",
}
_LEAST = 5  # rows of a group whose score is given


class _Score(NamedTuple):
    """How a task is scored: the key of the metric, its name, and the linear model."""

    metric: str
    title: str
    model: str


_SCORES = {
    "regression": _Score("acc2", "Acc2", "ridge"),
    "classification": _Score("accuracy", "accuracy", "logistic"),
}


def leak_test(dataset: MultimodalDataset, name: str | None = None) -> dict[str, Any]:
    """Return for each modality its score, the best published one, and whether it is flagged.

    Args:
        dataset: ratings (n,) or classes; for another target, or a set without ceilings, the result is empty.
            So is it for a modality that has no rows to train, select or test on.
        name: which set it is, as in `ceilings.json`; by default its name, or the set with its counts.

    Returns:
        JSON values, scores rounded to three digits: {"metric", "n", "modalities": {m: {"score", "ceiling",
        "source", "standard_error", "beyond", "flagged", "groups"}}}; "n" counts the test rows, of ratings
        those other than 0; "beyond" counts standard errors, and
        "groups" lists [group, rows, score] of the test split. Where `meta["fitted_on"]` marks the rows on
        whose labels features were fitted, "seen" and "unseen" are the scores of the test rows whose *group*
        was among them and of the others.
    """
    metric = _SCORES[dataset.task].metric
    known = {
        kind: entry
        for kind, entry in ceilings(name or _name_of(dataset)).items()
        if entry["metric"] == metric and dataset.target.ndim == 1
    }
    modalities = [m for m in dataset.modalities if _KINDS.get(m) in known and _has_rows(dataset, m)]
    if not modalities:
        return {}
    report = {m: _tested(dataset, m, known[_KINDS[m]]) for m in modalities}
    return {"metric": metric, "n": int(_counted(dataset).sum()), "modalities": report}


def audited(source: str | Path | MultimodalDataset, variant: str | None = None) -> Report:
    """Return the audit of a file, a folder or a set, leak test included; it says which modality had none.

    Args:
        source: any known format, or what was read.
        variant: see `readers.read`.
    """
    report, dataset = read_and_audit(source, variant)
    if dataset is None:
        return report
    tested = leak_test(dataset)
    left_out = [m for m in dataset.modalities if m not in tested.get("modalities", {})]
    reason = "not done: no published figure to compare with, or a split without rows of it"
    return report.with_items(leak_items(tested) + [Item(f"leak test/{m}", "info", reason) for m in left_out])


def leak_items(report: dict[str, Any]) -> list[Item]:
    """Return a leak test as items of an audit."""
    score = next(score for score in _SCORES.values() if score.metric == report.get("metric", "acc2"))
    items = []
    for name, tested in report.get("modalities", {}).items():
        items += [_item(name, tested, score), *_groups_item(name, tested, score)]
    return items


def ceilings(name: str | None) -> dict[str, dict[str, Any]]:
    """Return {kind of modality: the best published figure for it, with metric and source} of a set."""
    return {entry["kind"]: entry for entry in _table() if entry["data"] == name}


@cache
def _table() -> list[dict[str, Any]]:
    table: list[dict[str, Any]] = json.loads(
        Path(__file__).with_name("ceilings.json").read_text(encoding="utf-8")
    )
    return table


def _name_of(dataset: MultimodalDataset) -> str | None:
    """Return the set's name if it is one of ours, else the set whose published counts it has."""
    if dataset.name in catalogue.entries():
        return dataset.name
    counts = recognised(rows_of(dataset))
    return counts.data if counts else None


def _counted(dataset: MultimodalDataset) -> NDArray[np.bool_]:
    """Return bool (n,), the test rows that the metric counts."""
    test: NDArray[np.bool_] = dataset.split == "test"
    return test & (dataset.target != 0) if dataset.task == "regression" else test


def _has_rows(dataset: MultimodalDataset, modality: str) -> bool:
    """Tell whether each split has rows with the modality, test such that count, and training two labels."""
    there = dataset.available[modality]
    labels = np.unique(dataset.target[there & (dataset.split == "train")])
    every = all(np.any(there & (dataset.split == word)) for word in SPLITS)
    return every and len(labels) > 1 and bool(np.any(there & _counted(dataset)))


def _tested(dataset: MultimodalDataset, modality: str, ceiling: dict[str, Any]) -> dict[str, Any]:
    rows = _counted(dataset) & dataset.available[modality]
    right = np.zeros(len(dataset), dtype=bool)
    right[dataset.available[modality]] = _right(alone(dataset, modality).standardize(), modality)
    score, figure = right[rows].mean(), ceiling["figure"]
    error = math.sqrt(figure * (1 - figure) / rows.sum())
    beyond = (score - figure) / error
    return {
        "score": _rounded(score),
        "ceiling": figure,
        "source": ceiling["source"],
        "standard_error": _rounded(error, 4),
        "beyond": _rounded(beyond, 1),
        "flagged": bool(beyond > REACH),
        **_by_group(dataset, right, rows),
    }


def _right(part: MultimodalDataset, modality: str) -> NDArray[np.bool_]:
    """Return bool (n,), the rows whose sign or class the linear model of a standardised modality finds."""
    predict = fitted(part)[_SCORES[part.task].model]
    values = predict(part.modalities[modality].astype(np.float64))
    if part.task == "regression":
        right: NDArray[np.bool_] = (values > 0) == (part.target > 0)
    else:
        right = values.argmax(axis=1) == part.target
    return right


def _by_group(dataset: MultimodalDataset, right: NDArray[Any], rows: NDArray[Any]) -> dict[str, Any]:
    if dataset.groups is None:
        return {}
    names, counts = np.unique(dataset.groups[rows], return_counts=True)
    scores = [right[rows & (dataset.groups == name)].mean() for name in names]
    found = zip(names.tolist(), counts.tolist(), scores, strict=True)
    report: dict[str, Any] = {"groups": [[g, n, _rounded(score)] for g, n, score in found if n >= _LEAST]}
    if (known := fitted_on(dataset)) is not None:
        seen = np.isin(dataset.groups, np.unique(dataset.groups[known]))
        for word, chosen in {"seen": rows & seen, "unseen": rows & ~seen}.items():
            report[word] = _rounded(right[chosen].mean()) if chosen.any() else None
        report["seen_groups"] = [name for name, *_ in report["groups"] if seen[dataset.groups == name].any()]
    return report


def _rounded(value: float, digits: int = 3) -> float:
    return round(float(value), digits)


def _item(name: str, found: dict[str, Any], score: _Score) -> Item:
    check = f"leak test/{name}"
    best = f"best published {found['ceiling']:.3f} ({found['source']})"
    text = f"{score.model} alone: {score.title} {found['score']:.3f}; {best}"
    if not found["flagged"]:
        return Item(check, "ok", text)
    return Item(
        check,
        "fail",
        f"{text}: {found['beyond']:.1f} standard errors beyond",
        f"at most {REACH}",
        "these features know labels of the test split: use other features, or a split that they never saw",
    )


def _groups_item(name: str, found: dict[str, Any], score: _Score) -> list[Item]:
    """Say how the scores of single groups spread, and how the groups that an extractor saw differ."""
    scores = [score for *_, score in found.get("groups", [])]
    if not scores:
        return []
    spread = f"{min(scores):.3f} to {max(scores):.3f}, median {np.median(scores):.3f}"
    text = f"{len(scores)} groups: {score.title} {spread}"
    if found.get("seen") is not None and found.get("unseen") is not None:
        text += f"; groups that the features were fitted on {found['seen']:.3f}, others {found['unseen']:.3f}"
    return [Item(f"leak test/{name}, by group", "info", text)]
