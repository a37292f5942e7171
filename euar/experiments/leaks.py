"""The leak test: is a linear model of one modality better than anybody's published model of it?

A feature that was fitted to labels of test rows carries them, and then even ridge regression on it scores
impossibly well. We call it flagged when the score exceeds the best published one by more than three standard
errors of the test split.
"""

import json
import math
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from euar.data import MultimodalDataset
from euar.data.check import Item, Report, examine
from euar.data.check.published import recognised
from euar.experiments.linear import alone, fitted
from euar.training.batches import SPLITS

REACH = 3  # standard errors
_KINDS = {"text": "language", "audio": "audio", "video": "vision", "vision": "vision"}
_LEAST = 5  # rows of a group whose score is given


def leak_test(dataset: MultimodalDataset, name: str | None = None) -> dict[str, Any]:
    """Return for each modality its score, the best published one, and whether it is flagged.

    Args:
        dataset: ratings; classes have no ceilings yet, and give an empty report.
        name: which set it is, as in `ceilings.json`; by default its name, or the set with its counts.

    Returns:
        JSON values, scores rounded to three digits: {"metric", "n", "modalities": {m: {"score", "ceiling",
        "source", "standard_error", "beyond", "flagged", "groups"}}}; "beyond" counts standard errors, and
        "groups" lists [group, rows, score] of the test split. Where `meta["fitted_on"]` marks the rows on
        whose labels features were fitted, "seen" and "unseen" are the scores of the test rows whose *group*
        was among them and of the others.
    """
    known = ceilings(name or _name_of(dataset))
    modalities = [m for m in dataset.modalities if _KINDS.get(m) in known]
    if dataset.task == "classification" or not modalities:
        return {}
    target = dataset.target[dataset.split == "test"]
    report = {m: _tested(dataset, m, known[_KINDS[m]]) for m in modalities}
    return {"metric": "acc2", "n": int(np.sum(target != 0)), "modalities": report}


def checked(source: str | Path, variant: str | None = None) -> Report:
    """Return the check report of a file or folder, leak test included.

    Args:
        source: any known format.
        variant: see `readers.read`.
    """
    report, dataset = examine(source, variant)
    if dataset is None or not all(np.any(dataset.split == word) for word in SPLITS):
        return report
    return report.with_items(leak_items(leak_test(dataset)))


def leak_items(report: dict[str, Any]) -> list[Item]:
    """Return a leak test as items of a check report."""
    found = report.get("modalities", {}).items()
    return [item for name, tested in found for item in (_item(name, tested), *_groups_item(name, tested))]


def ceilings(name: str | None) -> dict[str, dict[str, Any]]:
    """Return {kind of modality: the best published figure of it alone, with its source} of a set."""
    return {entry["kind"]: entry for entry in _table() if entry["data"] == name}


@cache
def _table() -> list[dict[str, Any]]:
    return json.loads(Path(__file__).with_name("ceilings.json").read_text(encoding="utf-8"))


def _name_of(dataset: MultimodalDataset) -> str | None:
    """Return the set's name if there are ceilings for it, else the set whose published counts it has."""
    if ceilings(dataset.name):
        return dataset.name
    counts = recognised(tuple(int(np.sum(dataset.split == word)) for word in SPLITS))
    return counts.data if counts else None


def _tested(dataset: MultimodalDataset, modality: str, ceiling: dict[str, Any]) -> dict[str, Any]:
    rows = (dataset.split == "test") & (dataset.target != 0) & dataset.available[modality]
    part = alone(dataset, modality).standardize()
    predict = fitted(part)["ridge"]
    right = np.zeros(len(dataset), dtype=bool)
    values = predict(part.modalities[modality].astype(np.float64))
    right[dataset.available[modality]] = (values > 0) == (part.target > 0)
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


def _by_group(dataset: MultimodalDataset, right: NDArray, rows: NDArray) -> dict[str, Any]:
    if dataset.groups is None:
        return {}
    names, counts = np.unique(dataset.groups[rows], return_counts=True)
    scores = [right[rows & (dataset.groups == name)].mean() for name in names]
    found = zip(names.tolist(), counts.tolist(), scores, strict=True)
    report: dict[str, Any] = {"groups": [[g, n, _rounded(score)] for g, n, score in found if n >= _LEAST]}
    if "fitted_on" in dataset.meta:
        seen = np.isin(dataset.groups, np.unique(dataset.groups[dataset.meta["fitted_on"]]))
        for word, chosen in {"seen": rows & seen, "unseen": rows & ~seen}.items():
            report[word] = _rounded(right[chosen].mean()) if chosen.any() else None
        report["seen_groups"] = [name for name, *_ in report["groups"] if seen[dataset.groups == name].any()]
    return report


def _rounded(value: float, digits: int = 3) -> float:
    return round(float(value), digits)


def _item(name: str, found: dict[str, Any]) -> Item:
    check = f"leak test/{name}"
    text = (
        f"ridge alone: Acc2 {found['score']:.3f}; best published {found['ceiling']:.3f} ({found['source']})"
    )
    if not found["flagged"]:
        return Item(check, "ok", text)
    return Item(
        check,
        "fail",
        f"{text}: {found['beyond']:.1f} standard errors beyond",
        f"at most {REACH}",
        "these features know labels of the test split: use other features, or a split that they never saw",
    )


def _groups_item(name: str, found: dict[str, Any]) -> list[Item]:
    """Say how the scores of single groups spread, and how the groups that an extractor saw differ."""
    scores = [score for *_, score in found.get("groups", [])]
    if not scores:
        return []
    text = (
        f"{len(scores)} groups: Acc2 {min(scores):.3f} to {max(scores):.3f}, median {np.median(scores):.3f}"
    )
    if found.get("seen") is not None and found.get("unseen") is not None:
        text += f"; groups that the features were fitted on {found['seen']:.3f}, others {found['unseen']:.3f}"
    return [Item(f"leak test/{name}, by group", "info", text)]
