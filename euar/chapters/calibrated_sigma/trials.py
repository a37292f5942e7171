"""Trials of what a model says, against what is known: the noise of a row, and the error that it made.

Letters: n rows, C classes, M modalities.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from euar.chapters.calibrated_sigma.intervals import normal, of_intervals
from euar.chapters.calibrated_sigma.said import Said
from euar.chapters.what_sigma_knows.meters import partial, spearman
from euar.data import MultimodalDataset

_BINS = 15


def of_noise(said: Said, hit: Mapping[str, NDArray[np.bool_]]) -> dict[str, Any]:
    """Return how well a model tells rows that were corrupted from rows that were not.

    `auroc` {modality: the probability that a hit row is said to be noisier than another}; `named`, of the
    rows with exactly one hit modality the share where that modality stands out most, each modality's noise
    ranked among its own rows; `moved` {modality: mean weight on hit rows minus that on others}. What a model
    does not say is left out.

    Args:
        said: of n rows.
        hit: {modality: (n,) bool}.
    """
    from sklearn.metrics import roc_auc_score

    found: dict[str, Any] = {}
    told = {m: rows for m, rows in hit.items() if m in said.noise and 0 < rows.sum() < len(rows)}
    if told:
        found["auroc"] = {m: float(roc_auc_score(rows, said.noise[m])) for m, rows in told.items()}
    if len(told) > 1:
        found["named"] = _named(said, told)
    moved = {
        m: float(said.weights[m][rows].mean() - said.weights[m][~rows].mean())
        for m, rows in told.items()
        if m in said.weights
    }
    return found | ({"moved": moved} if moved else {})


def of_levels(said: Said, levels: Mapping[str, NDArray[Any]]) -> dict[str, float]:
    """Return {modality: rank correlation of its noise, as said, with its known level (n,)}."""
    return {m: spearman(said.noise[m], level) for m, level in levels.items() if m in said.noise}


def of_errors(said: Said, target: NDArray[Any]) -> dict[str, float]:
    """Return how well what a model announces fits the errors that it made.

    Of ratings with an `sd`: `nll` in nats, `order`, the rank correlation with the absolute error, `aurc`, and
    `covered` and `width` of the interval if errors are normal. Of classes: `nll`, `ece`, the expected
    calibration error in 15 bins, and `aurc`, with the largest probability as confidence. AURC is the mean
    error over all shares of rows that are kept, the surest first.

    Args:
        said: of n rows.
        target: (n,) ratings or classes.
    """
    if said.prediction.ndim == 2:
        return _of_classes(said.prediction.astype(float), target)
    if said.sd is None:
        return {}
    sd, error = said.sd.astype(float), np.abs(said.prediction - target).astype(float)
    return {
        "nll": float(-stats.norm.logpdf(error, 0, sd).mean()),
        "order": spearman(sd, error),
        "aurc": aurc(error, sd),
        **of_intervals(said, target, normal()),
    }


def of_raters(readings: Mapping[str, NDArray[Any]], rated: MultimodalDataset) -> dict[str, dict[str, float]]:
    """Return {reading: {"plain", "given": its rank correlation with the raters' SD}}.

    `given` holds ``|rating|`` fixed. Rows count where as many have rated.

    Args:
        readings: {name: (n,)}.
        rated: the n rows, with the raters' SD.
    """
    assert rated.target_sd is not None
    few = equally_rated(rated)
    raters, extreme = rated.target_sd[few], np.abs(rated.target[few])
    return {
        name: {
            "plain": spearman(values[few], raters),
            "given": partial(values[few], raters, [extreme]),
        }
        for name, values in readings.items()
    }


def equally_rated(rated: MultimodalDataset) -> NDArray[np.bool_]:
    """Return the rows of the pool of 20 raters, (n,); all where the set names no pools."""
    return rated.meta["pool"] == "20" if "pool" in rated.meta else np.full(len(rated), True)


def aurc(error: NDArray[Any], doubt: NDArray[Any]) -> float:
    """Return the mean over k of the mean error of the k rows with the least doubt.

    Example:
        >>> aurc(np.array([0.0, 1.0]), np.array([0.1, 0.2])), aurc(np.array([0.0, 1.0]), np.array([0.2, 0.1]))
        (0.25, 0.75)
    """
    kept = error[np.argsort(doubt, kind="stable")]
    return float((np.cumsum(kept) / np.arange(1, len(kept) + 1)).mean())


def _named(said: Said, hit: Mapping[str, NDArray[np.bool_]]) -> float:
    hits = np.stack(list(hit.values()))  # (M, n)
    ranks = np.stack([stats.rankdata(said.noise[m]) for m in hit])
    one = hits.sum(axis=0) == 1
    return float((ranks.argmax(axis=0) == hits.argmax(axis=0))[one].mean())


def _of_classes(probability: NDArray[Any], target: NDArray[Any]) -> dict[str, float]:
    own = probability[np.arange(len(target)), target.astype(int)]
    sure, right = probability.max(axis=1), probability.argmax(axis=1) == target
    place = np.minimum((sure * _BINS).astype(int), _BINS - 1)
    gaps = [abs((right - sure)[place == b].sum()) for b in range(_BINS)]
    return {
        "nll": float(-np.log(np.maximum(own, 1e-12)).mean()),
        "ece": float(np.sum(gaps) / len(target)),
        "aurc": aurc((~right).astype(float), -sure),
    }
