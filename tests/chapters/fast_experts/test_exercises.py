"""The exercises of "Fast experts" know right from wrong; its claims fail where the effect is removed."""

import numpy as np
import pytest
import torch

from euar.chapters import ClaimError
from euar.chapters.fast_experts import exercises as check
from tests.chapters import controls


def by_expert(index, num_experts):
    flat = index.flatten()
    return flat.argsort(stable=True), torch.bincount(flat, minlength=num_experts).cumsum(0)


def with_loops(index, num_experts):
    """The same without a sort."""
    flat = index.flatten().tolist()
    order = [place for j in range(num_experts) for place, expert in enumerate(flat) if expert == j]
    return order, np.cumsum([flat.count(j) for j in range(num_experts)])


def changed(place, change):
    """A right answer but for one of its two parts."""

    def answer(index, num_experts):
        found = list(by_expert(index, num_experts))
        found[place] = change(index.flatten(), found[place])
        return tuple(found)

    return answer


def unfinished(*_):
    raise NotImplementedError


RIGHT = {
    check.sort_pairs: [by_expert, with_loops],
    check.break_even: [lambda n, d: n * d / (n - 1)],
}
WRONG = {
    check.sort_pairs: [
        unfinished,
        lambda index, n: index,
        changed(0, lambda flat, order: flat.sort().values),
        changed(0, lambda flat, order: order // 2),
        changed(0, lambda flat, order: order.argsort()),
        changed(0, lambda flat, order: torch.from_numpy(np.lexsort((-np.arange(len(flat)), flat)))),
        changed(0, lambda flat, order: order.flip(0)),
        changed(1, lambda flat, ends: ends.diff(prepend=ends.new_zeros(1))),
        changed(1, lambda flat, ends: ends - ends.diff(prepend=ends.new_zeros(1))),
        changed(1, lambda flat, ends: torch.bincount(flat).cumsum(0)),
        changed(1, lambda flat, ends: ends + 1),
    ],
    check.break_even: [
        unfinished,
        lambda n, d: d,
        lambda n, d: float("inf"),
        lambda n, d: d * (n + 1) / n,
        lambda n, d: d * (n - 1) / n,
        lambda n, d: n + d,
    ],
}


def test_the_chapter_agrees_with_itself():
    cells = ("loop-code", "sorted-code", "sorted-claim", "moment-code", "moment-claim")
    controls.run("fast_experts", "layer", *cells)


def test_what_skips_an_expert_is_found():
    space = controls.run("fast_experts", "layer", "loop-code", "sorted-code")
    right = space["by_expert"]
    space["by_expert"] = lambda x: right(x) * (torch.arange(len(x)) > 0)[:, None]
    with pytest.raises(ClaimError):
        exec(controls.sources("fast_experts")["sorted-claim"], space)


def test_a_moment_without_its_bias_is_found():
    space = controls.run("fast_experts", "layer", "moment-code")
    right = space["by_moment"]
    space["by_moment"] = lambda x: right(x) - 2 * space["bias"].square().sum(dim=1)
    with pytest.raises(ClaimError):
        exec(controls.sources("fast_experts")["moment-claim"], space)
