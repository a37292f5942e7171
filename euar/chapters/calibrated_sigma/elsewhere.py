"""Texts of other kinds, rated as the tweets were, for tests alone: reviews of movies and goods, editorials.

A model of tweets that knows when it does not know should say so here. Nothing was ever chosen on these rows.
"""

import numpy as np

from euar.data import DataError, MultimodalDataset
from euar.resources import resource

FILE = "data/vader_others.h5"
_SHA256 = "030a6cd21ef0d5e790026b2f7d38bce828fc68f37ffd20366fb18218daa602c9"


def elsewhere(tweets: MultimodalDataset) -> dict[str, MultimodalDataset]:
    """Return {kind: the tweets, their test rows replaced by the texts of a kind}, in raw units.

    Raises:
        DataError: the file does not hold the rows that results were measured on.
    """
    others = MultimodalDataset.from_hdf5(resource(FILE))
    if others.sha256 != _SHA256:  # it stands in the code, so that a result's key covers it
        raise DataError(FILE, "sha256", _SHA256, others.sha256, "fetch the file of this version again")
    kinds = others.meta["kind"]
    known = tweets.subset(mask=tweets.split != "test")
    return {str(kind): _joined(known, others.subset(mask=kinds == kind)) for kind in np.unique(kinds)}


def _joined(known: MultimodalDataset, test: MultimodalDataset) -> MultimodalDataset:
    assert known.target_sd is not None and test.target_sd is not None
    return MultimodalDataset(
        name=known.name,
        modalities={m: np.concatenate([x, test.modalities[m]]) for m, x in known.modalities.items()},
        target=np.concatenate([known.target, test.target]),
        ids=np.concatenate([known.ids, test.ids]),
        split=np.concatenate([known.split, test.split]),
        target_sd=np.concatenate([known.target_sd, test.target_sd]),
    )
