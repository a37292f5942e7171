"""What EUAR's sigma and router do above an encoder that adapts: what `calibrated_sigma` asks, asked again.

Letters: n rows, D features.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from euar.chapters.calibrated_sigma.said import said_by
from euar.chapters.calibrated_sigma.trials import of_errors, of_noise
from euar.chapters.one_recipe.measure import acts
from euar.chapters.what_sigma_knows.meters import spearman
from euar.data import raw
from euar.encoders import EndToEnd
from euar.experiments.tuned import Tuned
from euar.experiments.watched import rounded
from euar.model import EUAR
from euar.training.batches import Batch, Rows, order_of
from euar.training.predict import evaluating
from euar.training.raw_source import RawSource

_CPU = torch.device("cpu")
_DIGITS = 5
_BATCH = 256


@dataclass(frozen=True, kw_only=True)
class Asked(Tuned):
    """A tuned system whose runs are asked what they know.

    A run adds `trials` {test split: what `of_noise` and `of_errors` return}; of systems that say how noisy a
    modality is also `wrong` {modality: its rank correlation with the error}; of EUAR `views` {modality: what
    its mixture does, see `acts`}. An error is absolute, or 1 for a wrong class.
    """

    def told(self, model: nn.Module, tests: Mapping[str, RawSource]) -> dict[str, Any]:
        """Return what a run knows of each test split."""
        whole = cast(EndToEnd, model)
        return {"trials": {name: rounded(_asked(whole, test), _DIGITS) for name, test in tests.items()}}


@torch.no_grad()
def encoded(model: EndToEnd, rows: Rows) -> Batch:
    """Return a split as the system sees it, in the order of its rows.

    Args:
        model: trained.
        rows: a split of a `RawSource`.
    """
    order = order_of(rows, None, _BATCH)
    parts: list[dict[str, Tensor]] = []
    masks: list[dict[str, Tensor]] = []
    with evaluating(model):
        for part in map(rows.rows, order):
            parts.append(model.encode(part.inputs, part.available))
            masks.append(part.available)
    back = torch.cat(list(order)).argsort()
    features, available = (
        {m: torch.cat([one[m] for one in each])[back] for m in each[0]} for each in (parts, masks)
    )
    return Batch(features, available, rows.target, rows.scale)


def hit(test: RawSource) -> dict[str, NDArray[np.bool_]]:
    """Return {modality: which test rows a corruption changes, (n,) bool}; {} of a clean split."""
    noise, dataset = test.corruption, test.dataset
    if noise is None:
        return {}
    kinds, rows = raw.kinds(dataset), dataset.split == "test"
    ids = dataset.ids[rows]
    found = {m: noise.hits(ids, m) for m in test.encoders if noise.fits(kinds.get(m, ""))}
    for m in [m for m in found if kinds[m] == "text"]:  # a short text may lose no word
        texts = raw.strings(dataset, m)[rows]
        found[m] &= [noise.apply(text, one, m) != text for text, one in zip(texts, ids, strict=True)]
    return found


def _asked(model: EndToEnd, test: RawSource) -> dict[str, Any]:
    rows = encoded(model, test.splits(_CPU)["test"])
    said, target = said_by(model.system, rows), rows.target.numpy()
    classes = said.prediction.ndim == 2
    error = said.prediction.argmax(axis=1) != target if classes else np.abs(said.prediction - target)
    wrong = {m: spearman(noise, error) for m, noise in said.noise.items()}
    found = {**of_noise(said, hit(test)), **of_errors(said, target)} | ({"wrong": wrong} if wrong else {})
    return found | ({"views": _views(model.system, rows)} if isinstance(model.system, EUAR) else {})


@torch.no_grad()
def _views(system: EUAR, rows: Batch) -> dict[str, dict[str, float]]:
    with evaluating(system):
        output = system(rows.inputs, rows.available)
    return {m: acts(out) for m, out in output.moe.items()}
