"""The slow twins of the drawn masks and noise: one id at a time, with nothing of the package."""

import hashlib
from itertools import combinations

import numpy as np


def joined(*parts):
    """Parts as bytes, each behind its length in eight bytes."""
    return b"".join(len(str(part).encode()).to_bytes(8, "big") + str(part).encode() for part in parts)


def numbers(count, *parts):
    """Whole numbers below 2**64 from the parts, the id last."""
    raw = hashlib.shake_128(joined(*parts)).digest(8 * count)
    return [int.from_bytes(raw[start : start + 8], "little") for start in range(0, len(raw), 8)]


def random_missing(ids, names, rate, seed):
    """The set of slots (id, name) that are missing."""
    names = sorted(names)
    droppable = []
    for id in ids:
        drawn = numbers(2 * len(names), "missing", seed, *names, id)
        first, ranks = drawn[: len(names)], drawn[len(names) :]
        kept = first.index(min(first))
        droppable += [(ranks[i], id, name) for i, name in enumerate(names) if i != kept]
    return {(id, name) for _, id, name in sorted(droppable)[: round(rate * len(ids) * len(names))]}


def modality_dropout(id, have, epoch, seed):
    """The names that are shown of those that the sample has."""
    have = sorted(have)
    sets = [set(chosen) for size in range(1, len(have) + 1) for chosen in combinations(have, size)]
    sets.sort(key=lambda chosen: sum(2 ** have.index(name) for name in chosen))
    return sets[numbers(1, "dropout", seed, epoch, id)[0] % len(sets)]


def noise_applies(id, modality, seed, p):
    """Whether the sample is hit; the fraction has 53 bits."""
    return numbers(1, "applies", seed, modality, id)[0] // 2**11 / 2**53 < p


def generator(*parts):
    """The generator of one sample."""
    return np.random.Generator(np.random.PCG64(int(hashlib.sha256(joined(*parts)).hexdigest(), 16)))


def gaussian(image, id, modality, strength, seed, scale):
    """The noisy picture, one pixel after the other."""
    rng = generator("noise", seed, modality, "gaussian", float(strength), float(scale), id)
    noisy = image.copy()
    for row in range(image.shape[0]):
        for column in range(image.shape[1]):
            grey = rng.normal(0, scale * strength)
            for channel in range(image.shape[2]):
                value = round(float(image[row, column, channel]) + grey)
                noisy[row, column, channel] = min(max(value, 0), 255)
    return noisy


def blank_words(text, id, modality, strength, seed):
    """The text, one word after the other."""
    rng = generator("blank", seed, modality, float(strength), id)
    return " ".join("_" if rng.random() < strength / 10 else word for word in text.split())
