"""Noise on pixels, words and features (the paper's Table 3; protocol of QMF, Zhang et al. 2023).

Strengths are the protocol's epsilon, usually 0, 5 or 10. What happens to a sample depends on its id, the
modality, the kind of noise, its strength and the seed.
"""

from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np

from euar.data import _checks, _inputs
from euar.data.corruption import _hashes
from euar.data.errors import DataError

Kind = Literal["gaussian", "salt-pepper"]
DENSITY = 0.1  # share of pixels that salt and pepper hit in a picture


def noise_applies(ids: Iterable[str], modality: str, seed: int, p: float = 0.5) -> np.ndarray:
    """Return which samples of a modality are corrupted, bool (n,): each with probability p by itself.

    Modalities are drawn independently. p = 0.5 is the protocol, p = 1 corrupts all.

    Raises:
        DataError: p is no probability, or the seed no int from 0.
    """
    _inputs.check_number(modality, "p", p, most=1)
    _inputs.check_whole(modality, seed=seed)
    return _hashes.fractions(ids, "applies", seed, modality) < p


def add_noise(  # noqa: PLR0913  each argument decides the draw
    image: np.ndarray, id: str, modality: str, kind: Kind, strength: float, seed: int, scale: float = 10
) -> np.ndarray:
    """Return a picture with noise, uint8 of the same shape.

    "gaussian" adds noise with a standard deviation of scale x strength grey levels, the same in all channels,
    and clips to [0, 255]. "salt-pepper" hits a picture with probability scale x strength / 100, and in it a
    tenth of the pixels: half become black, half white. The two scales in use are 10 (text-image code, and the
    release of 2023) and 1 (the NYU script, and later code).

    Args:
        image: uint8 (height, width) or (height, width, channels).
        id: of the sample.
        modality: of the picture.
        kind: of the noise.
        strength: epsilon, from 0.
        seed: of the draw.
        scale: what multiplies the strength.

    Raises:
        DataError: not a uint8 picture, an unknown kind, a strength or scale that is no number from 0, or a
            seed that is no int from 0.
    """
    _inputs.check_picture(id, modality, image)
    if not isinstance(kind, str) or kind not in _KINDS:
        raise DataError(id, "kind", " | ".join(_KINDS), _inputs.shown(kind), "name one of these")
    _inputs.check_number(id, "strength", strength)
    _inputs.check_number(id, "scale", scale)
    _inputs.check_whole(id, seed=seed)
    rng = _hashes.generator("noise", seed, modality, kind, float(strength), float(scale), id)
    return _KINDS[kind](image, scale * strength, rng)


def blank_words(text: str, id: str, modality: str, strength: float, seed: int) -> str:
    """Return a text in which each word became "_" with probability strength / 10.

    Words are what white space parts; it becomes single blanks. From strength 10 on all words go.

    Raises:
        DataError: the strength is no number from 0, or the seed no int from 0.
    """
    _inputs.check_number(id, "strength", strength)
    _inputs.check_whole(id, seed=seed)
    words = text.split()
    gone = _hashes.generator("blank", seed, modality, float(strength), id).random(len(words)) < strength / 10
    return " ".join("_" if blank else word for word, blank in zip(words, gone, strict=True))


def feature_noise(
    values: np.ndarray, ids: Sequence[str], modality: str, strength: float, seed: int
) -> np.ndarray:
    """Return features with Gaussian noise added, float32 (n, d).

    Another strength scales the same draw.

    Args:
        values: (n, d), usually standardised.
        ids: (n,)
        modality: of the features.
        strength: the noise's standard deviation, in the units of the features.
        seed: of the draw.

    Raises:
        DataError: the values are not one row for each id, the strength is no number from 0, or the
            seed no int from 0.
    """
    _inputs.check_number(modality, "strength", strength)
    _inputs.check_whole(modality, seed=seed)
    _checks.check_rows(modality, "values", values, len(ids))
    if values.ndim != 2:
        found = f"shape {values.shape}"
        raise DataError(modality, "values", "(n, d), one vector a row", found, "pool or reshape them")
    noise = np.empty(values.shape, dtype=np.float32)
    for row, name in enumerate(ids):
        noise[row] = _hashes.generator("features", seed, modality, name).standard_normal(values.shape[1])
    return (values + strength * noise).astype(np.float32)


def _gaussian(image: np.ndarray, sd: float, rng: np.random.Generator) -> np.ndarray:
    grey = rng.normal(0, sd, size=image.shape[:2])
    noisy = image + grey.reshape(*grey.shape, *[1] * (image.ndim - 2))
    return np.clip(np.rint(noisy), 0, 255).astype(np.uint8)


def _salt_pepper(image: np.ndarray, percent: float, rng: np.random.Generator) -> np.ndarray:
    noisy = image.copy()
    if rng.random() < percent / 100:
        hit = rng.random(image.shape[:2])
        noisy[hit < DENSITY / 2] = 0
        noisy[hit > 1 - DENSITY / 2] = 255
    return noisy


_KINDS = {"gaussian": _gaussian, "salt-pepper": _salt_pepper}
