"""A tri-modal set whose noise is known for each sample and modality."""

import numpy as np

from euar.data import _inputs
from euar.data.dataset import MultimodalDataset
from euar.data.errors import DataError

# Labels as in CMU-MOSI: means of five raters, so multiples of 0.2; training leans positive, test negative.
_GRID = np.arange(-15, 16) / 5
# Counts of MOSI's labels that round to -3, -2, -1, to 0 from below, are 0, round to 0 from above, to 1, 2, 3.
_TRAIN = (24, 198, 227, 102, 53, 92, 227, 312, 46)
_TEST = (46, 155, 145, 32, 30, 44, 113, 100, 20)
_COUNTS = {"train": _TRAIN, "valid": _TRAIN, "test": _TEST}

# {modality: (width, strength)}: strength is the length of the loadings, so text tells most about the label.
_MODALITIES = {"text": (32, 0.5), "audio": (16, 0.15), "vision": (20, 0.15)}


def simulate(
    n: tuple[int, int, int] = (1284, 229, 686), seed: int = 0, noise: tuple[float, float] = (0.1, 2.0)
) -> MultimodalDataset:
    """Return text, audio and vision made from a label, each sample and modality with its own known noise.

    A modality's features are x = A s(y) + sigma e, with s(y) = (y, tanh 2y, y^2 / 3 - 1) of the label y,
    random loadings A, standard normal e, and log-uniform sigma, which stands in `meta["noise"][m]` (n,).

    Args:
        n: rows in train, valid and test; CMU-MOSI's by default.
        seed: everything is a pure function of it and of the other arguments.
        noise: least and greatest sigma, in units of the features.

    Raises:
        DataError: n is not three ints from 1, noise not 0 < least <= greatest, or the seed no int from 0.
    """
    _check(n, noise)
    _inputs.check_whole("simulated", seed=seed)
    split = np.repeat(list(_COUNTS), n)
    target = _labels(split, _generator(seed, "labels"))
    levels = {name: _levels(noise, len(split), _generator(seed, f"noise {name}")) for name in _MODALITIES}
    return MultimodalDataset(
        name="simulated",
        modalities={name: _features(name, target, levels[name], seed) for name in _MODALITIES},
        target=target.astype(np.float32),
        ids=np.array([f"sample-{row:05d}" for row in range(len(split))]),
        split=split,
        meta={"seed": int(seed), "noise": levels},
    )


def _check(n: tuple[int, int, int], noise: tuple[float, float]) -> None:
    counts = isinstance(n, tuple | list) and len(n) == 3
    for count in n if counts else ():
        _inputs.check_whole("simulated", n=count)
    if not (counts and min(n) >= 1):
        raise DataError("simulated", "n", "three ints from 1", _inputs.shown(n), "correct it")
    pair = isinstance(noise, tuple | list) and len(noise) == 2
    for level in noise if pair else ():
        _inputs.check_number("simulated", "noise", level)
    if not (pair and 0 < noise[0] <= noise[1]):
        expected = "(least, greatest), 0 < least <= greatest"
        raise DataError("simulated", "noise", expected, _inputs.shown(noise), "correct it")


def _generator(seed: int, purpose: str) -> np.random.Generator:
    return np.random.default_rng([seed, *purpose.encode()])


def _labels(split: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw a multiple of 0.2 for each row, with its split's frequencies."""
    cell = np.searchsorted([-2.5, -1.5, -0.5, -0.1, 0.1, 0.5, 1.5, 2.5], _GRID)  # which count each belongs to
    target = np.empty(len(split))
    for word, counts in _COUNTS.items():
        weight = (np.array(counts) / np.bincount(cell))[cell]
        target[split == word] = rng.choice(_GRID, size=np.sum(split == word), p=weight / weight.sum())
    return target


def _levels(noise: tuple[float, float], rows: int, rng: np.random.Generator) -> np.ndarray:
    """Draw log-uniform noise levels."""
    low, high = np.log(noise)
    return np.exp(rng.uniform(low, high, size=rows)).astype(np.float32)


def _features(name: str, target: np.ndarray, level: np.ndarray, seed: int) -> np.ndarray:
    """Return the features (n, d) of one modality."""
    width, strength = _MODALITIES[name]
    signal = np.stack([target, np.tanh(2 * target), target**2 / 3 - 1], axis=1)  # (n, 3)
    loadings = _generator(seed, f"loadings {name}").normal(size=(3, width))
    loadings *= strength / np.linalg.norm(loadings, axis=1, keepdims=True)
    draws = _generator(seed, f"draws {name}").normal(size=(len(target), width))
    return (signal @ loadings + level[:, None] * draws).astype(np.float32)
