"""The paper's extractors, BERT and ResNet, with weights from a model hub or a folder."""

from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import version
from typing import Any

import numpy as np

from euar import pretrained
from euar.data.errors import model_errors
from euar.data.pictures.squares import prepared

_MEAN, _SD = [123.675, 116.28, 103.53], [58.395, 57.12, 57.375]  # ImageNet, grey levels


class _Pretrained:
    """A model in a folder or on the hub."""

    def __init__(self, model: str):
        self._name = model

    @property
    def version(self) -> str:
        """Model, its state and package."""
        return f"{self._name} {_state(self._name)}, transformers {version('transformers')}"


class Bert(_Pretrained):
    """Means over the tokens of the last layer.

    Args:
        model: a folder, or NAME@COMMIT on the hub, such as "google-bert/bert-base-uncased@..." (768 numbers
            a text).
    """

    kinds = ("text",)
    batch_size = 32

    @cached_property
    def _parts(self) -> tuple[Any, Any]:
        return _loaded("AutoTokenizer", self._name), _loaded("AutoModel", self._name).eval()

    def extract(self, items: Sequence[str]) -> np.ndarray:
        """Return float32 (n, hidden size)."""
        import torch

        tokenizer, model = self._parts
        tokens = tokenizer(list(items), padding=True, truncation=True, max_length=512, return_tensors="pt")
        with torch.inference_mode():
            states = model(**tokens).last_hidden_state  # (n, T, d)
        mask = tokens["attention_mask"][..., None].to(states.dtype)
        return ((states * mask).sum(dim=1) / mask.sum(dim=1)).numpy()


class ResNet(_Pretrained):
    """Averages of the last feature map.

    Args:
        model: a folder, or NAME@COMMIT on the hub, such as "microsoft/resnet-152@..." (2,048 numbers a
            picture).
    """

    kinds = ("image", "depth")
    batch_size = 8

    @cached_property
    def _model(self) -> Any:
        return _loaded("AutoModel", self._name).eval()

    def extract(self, items: Sequence[np.ndarray]) -> np.ndarray:
        """Return float32 (n, d)."""
        import torch

        pixels = torch.from_numpy(prepared(items, _MEAN, _SD))
        with torch.inference_mode():
            return self._model(pixel_values=pixels).pooler_output.flatten(1).numpy()


def _state(name: str) -> str:
    """Return what stands for a model's content."""
    with model_errors():
        return pretrained.state(name)


def _loaded(kind: str, name: str) -> Any:
    with model_errors():
        return pretrained.loaded(kind, name)
