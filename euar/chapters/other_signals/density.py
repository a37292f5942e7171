"""How far a row lies from the training rows, by modality. No model is asked, and nothing is trained.

    d(x)^2 = (x - mean)^T C^-1 (x - mean)        mean and covariance C of the training rows

Lee et al. read this Mahalanobis distance as a sign of what was never seen (A Simple Unified Framework for
Detecting Out-of-Distribution Samples and Adversarial Attacks, NeurIPS 2018). They have a mean for each class;
this has one, so that ratings fit too. Some sets have more features than rows, so C is shrunk towards a
multiple of the identity (Ledoit and Wolf, Journal of Multivariate Analysis 88, 2004). Letters: n rows.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from euar.data import MultimodalDataset


def distances(dataset: MultimodalDataset) -> dict[str, NDArray[Any]]:
    """Return {modality: (n,)}, the squared distance of each test row, in standardised features.

    Args:
        dataset: in raw units; its training rows decide mean and covariance, all rows have all modalities.
    """
    scaled = dataset.standardize()
    train, test = scaled.split == "train", scaled.split == "test"
    return {m: _distance(x[train], x[test]) for m, x in scaled.modalities.items()}


def together(dataset: MultimodalDataset) -> NDArray[Any]:
    """Return the same of all modalities side by side, (n,)."""
    scaled = dataset.standardize()
    x = np.concatenate([*scaled.modalities.values()], axis=1)
    return _distance(x[scaled.split == "train"], x[scaled.split == "test"])


def _distance(train: NDArray[Any], rows: NDArray[Any]) -> NDArray[Any]:
    from sklearn.covariance import LedoitWolf

    found: NDArray[Any] = LedoitWolf().fit(train.astype(float)).mahalanobis(rows.astype(float))
    return found
