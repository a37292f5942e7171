"""The newest results of CMU-MOSI, by split and by what a model was trained on."""

from collections.abc import Sequence
from typing import Any

from euar.experiments.comparison import Comparison
from euar.experiments.row import Row

VARIANTS = ("official", "unseen-video")
Pairs = Sequence[tuple[Row, dict[str, Any]]]  # from `store.newest`


def by_split(pairs: Pairs) -> dict[str, Comparison]:
    """Return {split: the systems on all its modalities}, the split of the leaked features last."""
    return {
        variant: Comparison(
            {row.system: r for row, r in pairs if (row.variant, row.modalities) == (variant, None)}
        )
        for variant in (*VARIANTS, "leaked")
    }


def on_each_set(pairs: Pairs, system: str) -> dict[tuple[str, ...], dict[str, Any]]:
    """Return {modalities: the result of a system on unseen-video}, single ones first, text before others."""
    found = {
        row.modalities or ("text", "audio", "video"): result
        for row, result in pairs
        if (row.variant, row.system) == ("unseen-video", system)
    }
    order = sorted(found, key=lambda names: (len(names), "text" not in names, names))
    return {names: found[names] for names in order}
