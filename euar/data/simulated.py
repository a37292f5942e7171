"""A tri-modal set whose noise is known for each sample and modality."""

import numpy as np

from euar.data.dataset import MultimodalDataset

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
        ValueError: n has a number below 1, or noise is not 0 < least <= greatest.
    """
    if min(n) < 1 or not 0 < noise[0] <= noise[1]:
        raise ValueError(f"expected n of at least 1 and 0 < noise[0] <= noise[1], found n={n}, noise={noise}")
    split = np.repeat(list(_COUNTS), n)
    target = _labels(split, _generator(seed, "labels"))
    levels = {name: _levels(noise, len(split), _generator(seed, f"noise {name}")) for name in _MODALITIES}
    return MultimodalDataset(
        name="simulated",
        modalities={name: _features(name, target, levels[name], seed) for name in _MODALITIES},
        target=target.astype(np.float32),
        ids=np.array([f"sample-{row:05d}" for row in range(len(split))]),
        split=split,
        meta={"seed": seed, "noise": levels},
    )


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
