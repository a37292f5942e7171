"""The joint features of trained systems: how far they part the signs of the ratings, and a picture of them.

The picture is t-SNE, which shows clusters where there are none and hides some that are there; so a number
stands beside it: the silhouette of each test row among the joint features themselves, -1 to 1, 0 where the
signs are not parted at all.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from euar.data import MultimodalDataset
from euar.experiments.again import again
from euar.experiments.measurement import Observation, Predicted, ids_of
from euar.experiments.protocols import Withheld, only
from euar.training import Run
from euar.training.batches import learned_of, split_tensors
from euar.training.device import one_thread
from euar.training.predict import evaluating

PICTURE, SILHOUETTE = "t-SNE", "silhouette"
_PERPLEXITY = 30


@dataclass(frozen=True, kw_only=True)
class Joint(Withheld):
    """The joint features of a system on the test rows, with all modalities and without some.

    Predictions hold `silhouette, TEST` (S, n), and of the first seeds `t-SNE, TEST` (S, n, 2), where TEST is
    `test` or `only …`.

    Attributes:
        without: the modality that is withheld in the second half.
        pictured: how many seeds get a t-SNE, each with the random state 0.
    """

    without: str
    pictured: int = 3

    def tests(self, dataset: MultimodalDataset) -> dict[str, MultimodalDataset]:
        """Return the set without one modality at test."""
        name = only([m for m in dataset.modalities if m != self.without])
        return {name: super().tests(dataset)[name]}

    def observe(self, dataset: MultimodalDataset) -> Observation:
        """Train as a row does, and look at the joint features of what it tested."""
        found = super().observe(dataset)
        runs = again(self, dataset, [run["lr"] for run in found.fields["runs"]])
        more: dict[str, Predicted] = {}
        for name, test in {"test": dataset, **self.tests(dataset)}.items():
            more |= self._looked_at(runs, test, name)
        return found._replace(predictions=found.predictions | more)

    def _looked_at(self, runs: list[Run], test: MultimodalDataset, name: str) -> dict[str, Predicted]:
        from sklearn.metrics import silhouette_samples

        ids, signs = ids_of(test), np.sign(test.subset(split="test").target)
        joints = [joint_features(run.model, test) for run in runs]
        silhouettes = np.stack([silhouette_samples(joint, signs) for joint in joints])
        pictures = np.stack([tsne(joint) for joint in joints[: self.pictured]])
        return {
            f"{SILHOUETTE}, {name}": Predicted(ids, silhouettes.astype(np.float32)),
            f"{PICTURE}, {name}": Predicted(ids, pictures),
        }


def joint_features(model: nn.Module, dataset: MultimodalDataset) -> NDArray[Any]:
    """Return the head's input for each test row, float32 (n, D), in evaluation mode.

    Args:
        model: whose output has a `joint`.
        dataset: in raw units, training rows included.
    """
    learned = learned_of(dataset)
    rows = split_tensors(dataset.scaled(learned.columns), "test", torch.device("cpu"), learned.target)
    with one_thread(), evaluating(model):
        joint: NDArray[Any] = model(rows.inputs, rows.available).joint.numpy()
    return joint


def tsne(values: NDArray[Any]) -> NDArray[np.float32]:
    """Return a t-SNE picture of some rows, float32 (n, 2), always the same for the same rows."""
    from sklearn.manifold import TSNE

    perplexity = min(_PERPLEXITY, (len(values) - 1) // 3)
    made = TSNE(init="pca", perplexity=perplexity, random_state=0, n_jobs=1).fit_transform(values)
    found: NDArray[np.float32] = made.astype(np.float32)
    return found
