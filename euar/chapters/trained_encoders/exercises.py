"""Checks of the exercises in "Training the encoders too"."""

from collections.abc import Callable
from math import cos, pi

import numpy as np

from euar.chapters.answers import on_cases
from euar.chapters.judge import exercise, expect

_STEPS = [(t, 100, 2.0, 0.2) for t in (0, 1, 9, 19, 20, 60, 99)]  # step, steps, highest rate, warm-up
_TRIALS = (2, 4, 12)
_DRAWS, _NEAR = 20_000, 0.03


@exercise("Slow where the head still says nonsense, then fast, then slow again.")
def rate(answer: Callable[[int, int, float, float], float]) -> None:
    """Check a schedule: up along a line, down along half a cosine.

    Args:
        answer: (step from 0, steps, highest rate, share of warm-up) -> the rate of that step.
    """
    mistakes = {
        "The first step already has a rate above 0: it is the end of one part of the line.": _scheduled(0),
        "The fall begins where the warm-up ends: count its steps from there.": _scheduled(1, late=False),
        "That falls along a line. Half a cosine is flat at both ends.": _scheduled(1, straight=True),
    }
    expect(on_cases(answer, _STEPS), _scheduled(1), mistakes)


@exercise("That much a system seems to gain on validation by nothing but tries.")
def luck(answer: Callable[[int], float]) -> None:
    """Check the expected best of n equal trials, in standard deviations of a trial.

    Args:
        answer: n -> by how much the best of n exceeds what one trial is expected to give.
    """
    drawn = np.random.default_rng(0).normal(size=(_DRAWS, max(_TRIALS)))
    right = np.array([drawn[:, :n].max(axis=1).mean() for n in _TRIALS])
    mistakes = {
        "You took the worst.": -right,
        "That is the spread of a mean. What does the largest of n gain?": 1 / np.sqrt(_TRIALS),
    }
    hint = "Not yet: draw n normal numbers many times, and average their maximum."
    expect(on_cases(answer, [(n,) for n in _TRIALS]), right, mistakes, hint, _NEAR)


def _scheduled(first: int, *, late: bool = True, straight: bool = False) -> np.ndarray:
    """Rates of `_STEPS`: the line starts at `first` steps, the fall `late`, at its end, and is `straight`."""
    found = []
    for step, steps, highest, warmup in _STEPS:
        done = step / steps
        if done < warmup:
            found.append(highest * (done + first / steps) / warmup)
            continue
        gone = (done - warmup) / (1 - warmup) if late else done
        found.append(highest * (1 - gone if straight else (1 + cos(pi * gone)) / 2))
    return np.array(found)
