"""The pickles of MMSA, Self-MM, DiCMoR, IMDer and ConFEDE: `aligned_50.pkl` and `unaligned_50.pkl`.

{"train" | "valid" | "test": {"id": VIDEO$_$CLIP, "raw_text", "text" (n, 50, 768), "audio" and "vision"
(n, T, d), "regression_labels" (n,)}}, padded with zeros at the end; perhaps "text_bert" (n, 3, 50),
"audio_lengths" and "vision_lengths".
"""

from pathlib import Path

import numpy as np

from euar.data.readers.contract import Content
from euar.data.readers.pickles import _columns
from euar.data.readers.pickles._columns import Splits
from euar.data.readers.plausible import wrong

NAME = "mmsa"
TITLE = "MMSA pickle of CMU-MOSI or CMU-MOSEI"
SEEN = False  # from the published layout

_MASK = 1  # row of text_bert: token ids, attention mask, segment ids


def matches(content: object) -> bool:
    """Tell whether there are three splits of columns with `regression_labels`."""
    return _columns.has_columns(content, "id", "regression_labels")


def read(path: Path, content: dict) -> Content:
    """Return ratings (n,) in [-3, 3], three modalities with sequences, and the texts as raw content.

    Lengths are those that the file gives, for text those of the tokens' mask; else padding is what is all
    zero at the end. A modality that is all zero in a row, or has length 0, is not available there. A row
    without any is dropped and counted in `notes["dropped"]`. Keys beside the splits are named in
    `notes["left_out"]`. Groups are the videos.
    """
    splits = Splits(path, content)
    ids = splits.texts("id")
    for name in ids:
        if "$_$" not in name:
            raise wrong(path, "id", "VIDEO$_$CLIP", repr(name))
    frames = {name: splits.frames(name) for name in ("text", "audio", "vision")}
    return _columns.without_empty(
        Content(
            name=path.stem,
            files=[path],
            target=splits.labels("regression_labels"),
            ids=ids,
            split=splits.words,
            groups=[name.partition("$_$")[0] for name in ids],
            sequences={name: (values, _lengths(splits, name, values)) for name, values in frames.items()},
            raw={"text": ("text", splits.texts("raw_text"))},
            notes=_columns.left_out(content, _columns.SPLITS),
        )
    )


def _lengths(splits: Splits, name: str, frames: np.ndarray) -> np.ndarray:
    """Return the number of frames of each row, 0 where all are zero, int64 (n,)."""
    filled = _columns.filled_lengths(frames)
    if name == "text" and "text_bert" in splits:
        given = _tokens(splits, frames.shape[1])
    elif f"{name}_lengths" in splits:
        given = _declared(splits, f"{name}_lengths", frames.shape[1])
    else:
        return filled
    return np.where(filled > 0, given, 0)


def _tokens(splits: Splits, most: int) -> np.ndarray:
    """Return where the mask of the tokens ends."""
    found = []
    for field, entries in splits.column("text_bert"):
        if not isinstance(entries, np.ndarray) or entries.shape[1:] != (3, most):
            raise wrong(splits.path, field, f"an array of shape (n, 3, {most})", entries)
        mask = entries[:, _MASK]
        if entries.dtype.kind not in "fiu" or not np.isin(mask, (0, 1)).all():
            raise wrong(splits.path, field, "an attention mask of 0 and 1 in its row 1", "something else")
        found.append(_columns.filled_lengths(mask[..., None]))
    return np.concatenate(found)


def _declared(splits: Splits, name: str, most: int) -> np.ndarray:
    """Return the lengths that the file gives."""
    found: list[int] = []
    for field, entries in splits.column(name):
        for length in entries:
            if not isinstance(length, int | np.integer) or not 0 <= length <= most:
                raise wrong(splits.path, field, f"integers from 0 to {most}", length)
        found += map(int, entries)
    return np.array(found)
