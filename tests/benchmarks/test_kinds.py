"""Every operator is of one kind, and those of our benchmarks are all known."""

from collections import Counter

import pytest
import torch

from benchmarks import kinds
from benchmarks.kinds import kind_of


def test_no_operator_is_of_two_kinds():
    names = Counter(name for words in kinds._WORDS.values() for name in words.split())
    assert not [name for name, count in names.items() if count > 1]
    assert set(kinds._WORDS) | {kinds.OTHER} == set(kinds.KINDS)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("aten::addmm", kinds.PRODUCTS),
        ("aten::_grouped_mm", kinds.PRODUCTS),
        ("aten::index_add_", kinds.MOVING),
        ("aten::normal_", kinds.DRAWS),
        ("aten::mul_", kinds.ARITHMETIC),
        ("aten::_fused_adamw_", kinds.OPTIMISER),
        ("Optimizer.step#AdamW.step", kinds.OPTIMISER),
        ("aten::view", kinds.STARTING),
        ("autograd::engine::evaluate_function: AddmmBackward0", kinds.STARTING),
        ("_MixedBackward", kinds.STARTING),
        ("aten::mm_of_tomorrow", kinds.OTHER),
        ("somebodys::mm", kinds.OTHER),
    ],
)
def test_a_name_has_its_kind(name, kind):
    assert kind_of(name) == kind


def test_operators_are_those_of_pytorch():
    known = {name.partition("::")[2].partition(".")[0] for name in torch._C._dispatch_get_all_op_names()}
    words = {name for words in kinds._WORDS.values() for name in words.split()}
    assert not [name for name in words if name not in known and f"{name}_" not in known]
