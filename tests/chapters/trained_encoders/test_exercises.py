"""The exercises of "Training the encoders too" know right from wrong; its claims fail without the effect."""

import math

import matplotlib
import numpy as np

from euar.chapters.trained_encoders import exercises as check
from euar.training import Recipe
from euar.training.epoch import Epoch

matplotlib.use("Agg")


def unfinished(*_):
    raise NotImplementedError


def scheduled(step, steps, highest, warmup):
    done = step / steps
    if done < warmup:
        return highest * (step + 1) / (steps * warmup)
    return highest * (1 + math.cos(math.pi * (done - warmup) / (1 - warmup))) / 2


def of_the_package(step, steps, highest, warmup):
    recipe = Recipe(epochs=1, lr=highest, warmup=warmup)
    return Epoch(1, [None] * steps, None, recipe).rate(step)


def falls(part):
    def rate(step, steps, highest, warmup):
        done = step / steps
        if done < warmup:
            return scheduled(step, steps, highest, warmup)
        return highest * part(done, (done - warmup) / (1 - warmup))

    return rate


def drawn(pick):
    return lambda n: pick(np.random.default_rng(1).normal(size=(20_000, n)))


RIGHT = {
    check.rate: [scheduled, of_the_package],
    check.luck: [
        drawn(lambda x: x.max(axis=1).mean()),
        lambda n: np.mean([max(np.random.default_rng(i).normal(size=n)) for i in range(20_000)]),
    ],
}
WRONG = {
    check.rate: [
        unfinished,
        lambda s, n, h, w: h * s / n / w if s / n < w else scheduled(s, n, h, w),
        falls(lambda done, _: (1 + math.cos(math.pi * done)) / 2),
        falls(lambda _, gone: 1 - gone),
        lambda s, n, h, w: h,
        lambda s, n, h, w: 1 / 0,
    ],
    check.luck: [
        unfinished,
        drawn(lambda x: x.min(axis=1).mean()),
        lambda n: n**-0.5,
        drawn(lambda x: x.mean()),
        lambda n: 1.0,
        lambda n: None + n,
    ],
}
