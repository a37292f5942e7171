"""Sentences of our own, which may be printed where the words of a data set may not."""

from dataclasses import dataclass

import numpy as np

from euar.data import MultimodalDataset, features
from euar.experiments.row import Row

INVENTED = "invented"
#: {sentence: the sentiment that it is meant to have, -3 to 3}.
SENTENCES = {
    "I have not laughed this much in a cinema for years.": 2.4,
    "The plot makes no sense, and I left before the end.": -2.4,
    "It runs for two hours and was filmed in winter.": 0.0,
    "Not bad at all, though the second half drags.": 0.8,
    "I wanted to like it. I did not.": -1.6,
    "Great, another sequel that nobody asked for.": -1.8,
    "She carries the whole film, and she carries it well.": 1.8,
    "My brother says it is good; I am less sure.": -0.2,
}


@dataclass(frozen=True, kw_only=True)
class Sentences(Row):
    """A row whose other test split is `SENTENCES`, with nothing but their words.

    Attributes:
        text: the modality of the data that is made from words.
    """

    text: str = "text"

    def tests(self, dataset: MultimodalDataset) -> dict[str, MultimodalDataset]:
        """Return the set with the sentences in the place of its test rows.

        Raises:
            DataError: the data's text features are none that are extracted here.
        """
        return {INVENTED: with_sentences(dataset, self.text)}


def with_sentences(dataset: MultimodalDataset, text: str) -> MultimodalDataset:
    """Return a set whose test rows are `SENTENCES`; of other modalities they have nothing.

    Args:
        dataset: whose `meta["features"]` says how its texts became features.
        text: the modality of its texts.
    """
    rest = dataset.subset(mask=dataset.split != "test")
    ours = _features(dataset, text)
    n = len(SENTENCES)
    modalities = {
        m: np.concatenate([x, ours if m == text else np.zeros((n, x.shape[1]), np.float32)])
        for m, x in rest.modalities.items()
    }
    available = {m: np.append(mask, np.full(n, m == text)) for m, mask in rest.available.items()}
    return MultimodalDataset(
        name=dataset.name,
        modalities=modalities,
        target=np.append(rest.target, _meant()),
        ids=np.append(rest.ids, [f"{INVENTED}-{i}" for i in range(n)]),
        split=np.append(rest.split, ["test"] * n),
        available=available,
    )


def _meant() -> np.ndarray:
    return np.array([*SENTENCES.values()], dtype=np.float32)


def _features(dataset: MultimodalDataset, text: str) -> np.ndarray:
    meta = {"raw": {text: np.array([*SENTENCES])}, "raw_kinds": {text: "text"}, "source": {"path": "."}}
    words = MultimodalDataset(
        name=INVENTED,
        modalities={},
        target=_meant(),
        ids=np.array([f"{INVENTED}-{i}" for i in range(len(SENTENCES))]),
        split=np.full(len(SENTENCES), "test"),
        meta=meta,
    )
    extractor = dataset.meta.get("features", {}).get(text, "")
    return features.extract(words, text, extractor, progress=False)
