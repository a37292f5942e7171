"""How readings of noise do in the trials of `calibrated_sigma`, with intervals over seeds and test rows.

A score is {"seeds": a value for each, "mean", "low", "high"}, the 95 % interval as in `bootstrap_interval`.
Letters: S seeds, 1 for what has none; n test rows.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from euar.chapters.calibrated_sigma.trials import equally_rated
from euar.chapters.what_sigma_knows.meters import partial, spearman
from euar.data import MultimodalDataset
from euar.experiments.statistics import BootstrapInterval, bootstrap_interval, bootstrap_mean_interval

Score = dict[str, Any]
_DRAWS = 200


def noise_scores(
    readings: Mapping[str, NDArray[Any]], hit: Mapping[str, NDArray[np.bool_]], groups: NDArray[Any] | None
) -> dict[str, Any]:
    """Return {"auroc": {modality: score}, "named": score}, as `of_noise` has them.

    Args:
        readings: {modality: (S, n)}, larger where it is taken to be noisier.
        hit: {modality: (n,)}, those that were corrupted, see `hit_rows`; of one alone there is no `named`.
        groups: (n,), rows that belong together.
    """
    found: dict[str, Any] = {"auroc": {m: _score(auroc, hit[m], readings[m], groups) for m in hit}}
    if len(hit) < 2:
        return found
    hits = np.stack(list(hit.values()))  # (M, n)
    ranks = np.stack([rankdata(readings[m], axis=1) for m in hit])  # (M, S, n)
    one = hits.sum(axis=0) == 1
    right = (ranks.argmax(axis=0) == hits.argmax(axis=0))[:, one]
    by_seed = right.mean(axis=1).tolist()
    interval = bootstrap_mean_interval(right, None if groups is None else groups[one])
    return found | {"named": _with_interval(by_seed, interval)}


def rater_scores(
    readings: Mapping[str, NDArray[Any]], rated: MultimodalDataset
) -> dict[str, dict[str, Score]]:
    """Return {reading: {"plain", "given": score}}, as `of_raters` has them.

    Args:
        readings: {name: (S, n)}.
        rated: the n rows, with the raters' SD.
    """
    assert rated.target_sd is not None
    few = equally_rated(rated)
    raters, groups = rated.target_sd[few], None if rated.groups is None else rated.groups[few]
    both = np.stack([raters, np.abs(rated.target[few])], axis=-1)
    return {
        name: {
            "plain": _score(spearman, raters, values[:, few], groups),
            "given": _score(lambda x, of: partial(x, of[:, 0], [of[:, 1]]), both, values[:, few], groups),
        }
        for name, values in readings.items()
    }


def hit_rows(clean: MultimodalDataset, test: MultimodalDataset) -> dict[str, NDArray[np.bool_]]:
    """Return {modality: which test rows differ from the clean ones, (n,)}, where some do."""
    rows = clean.split == "test"
    changed = {m: np.any(clean.modalities[m] != x, axis=1)[rows] for m, x in test.modalities.items()}
    return {m: hit for m, hit in changed.items() if hit.any()}


def auroc(noise: NDArray[Any], hit: NDArray[np.bool_]) -> float:
    """Return scikit-learn's `roc_auc_score`, by ranks, which is faster on many draws of rows.

    Example:
        >>> auroc(np.array([0.1, 0.2, 0.2, 0.9]), np.array([False, False, True, True]))
        0.875
    """
    of = int(hit.sum())
    return float((rankdata(noise)[hit].mean() - (of + 1) / 2) / (len(hit) - of))


def _score(
    metric: Callable[..., float], target: NDArray[Any], values: NDArray[Any], groups: NDArray[Any] | None
) -> Score:
    interval = bootstrap_interval(metric, target, values, groups=groups, resamples=_DRAWS)
    return _with_interval([metric(of, target) for of in values], interval)


def _with_interval(by_seed: list[float], found: BootstrapInterval) -> Score:
    mean, low, high, _ = found.effect
    return {"seeds": by_seed, "mean": mean, "low": low, "high": high}
