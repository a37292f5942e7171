"""The data set that ships: 4,200 tweets rated by people, as three views of one text (data/README.md)."""

from euar.data import _arrays, storage
from euar.data.dataset import MultimodalDataset
from euar.resources import resource

FILE = "data/vader_tweets.h5"


def read() -> MultimodalDataset:
    """Return the rated tweets: views "sentence" (n, 384), "lexicon" (n, 9) and "style" (n, 17).

    The target is the raters' mean in [-3, 3], `target_sd` their SD in the same units, `groups` the families
    of near-duplicates. `meta["rater_count"]` int64 (n,) and `meta["pool"]` "20" | "96" (n,) tell who rated;
    `meta["columns"]` names the columns of the two hand-made views.
    Source: Hutto and Gilbert, VADER (ICWSM 2014).
    """
    return MultimodalDataset(**_arrays.unflatten(*storage.read(resource(FILE), trusted=True)))
