"""A stack trains each replica as it would train alone."""

from dataclasses import dataclass

import pytest
import torch

from euar._replicas import Generators, dropout, standard_normal
from euar.data import simulate
from euar.model import EUARConfig
from euar.training import Recipe
from euar.training.batches import all_splits
from euar.training.device import one_thread
from euar.training.loop import Training, TrainingError
from euar.training.stack import Stack


@pytest.fixture(scope="module")
def data():
    return all_splits(simulate(n=(40, 16, 16)), torch.device("cpu"))


def trainings(data, seeds=(0, 1, 2), rates=(1e-3,), epochs=3, **changes):
    config = EUARConfig({m: x.shape[1] for m, x in data["train"].inputs.items()}, dim=8, **changes)
    recipes = [Recipe(epochs=epochs, batch_size=16, lr=rate) for rate in rates]
    return [Training(config, recipe, seed, data) for seed in seeds for recipe in recipes]


def by_identity(found):
    return sorted(found, key=lambda training: (training.recipe.lr, training.seed))


def assert_alike(found, right):
    for one, other in zip(by_identity(found), by_identity(right), strict=True):
        assert [list(row) for row in one.history] == [list(row) for row in other.history]
        for here, there in zip(one.history, other.history, strict=True):
            assert here == pytest.approx(there, rel=1e-5, abs=1e-6)
        for p, q in zip(one.model.parameters(), other.model.parameters(), strict=True):
            torch.testing.assert_close(p, q, rtol=0, atol=1e-5)


def assert_learns_alike(together, alone):
    """Train two epochs, as a stack and one by one."""
    stack = Stack(together)
    with one_thread():
        for _ in range(2):
            stack.run_epoch()
            for training in alone:
                training.run_epoch()
    assert_alike(together, alone)


@pytest.mark.parametrize("rates", [(1e-3,), (3e-3, 1e-3)], ids=["one rate", "two rates"])
def test_each_replica_learns_what_it_learns_alone(data, rates):
    together, alone = trainings(data, rates=rates), trainings(data, rates=rates)
    assert_learns_alike(together, alone)
    assert len({training.history[-1]["total"] for training in together}) == len(together)


@dataclass(frozen=True)
class Frozen:
    """EUAR with the parameters whose names contain a word as they are."""

    config: EUARConfig
    word: str

    def build(self):
        model = self.config.build()
        for name, parameter in model.named_parameters():
            parameter.requires_grad_(self.word not in name)
        return model


@pytest.mark.parametrize("word", ["gate", "experts", "head"])
def test_what_is_frozen_stays_as_it_is(word, data):
    config = Frozen(EUARConfig({m: x.shape[1] for m, x in data["train"].inputs.items()}, dim=8), word)
    together, alone, fresh = ([Training(config, Recipe(), seed, data) for seed in (0, 1)] for _ in range(3))
    assert_learns_alike(together, alone)
    for one, before in zip(together, fresh, strict=True):
        for (name, now), first in zip(one.model.named_parameters(), before.model.parameters(), strict=True):
            assert torch.equal(now, first) == (word in name)
    again = [Training(config, Recipe(), seed, data) for seed in (0, 1)]
    for new, old in zip(again, together, strict=True):
        new.load_state_dict(old.state_dict())
    Stack(again).run_epoch()  # from where they stand


class Scaled(torch.nn.Module):
    """A head whose outputs are multiplied by one learned number, which has no axis."""

    def __init__(self, head):
        super().__init__()
        self.head, self.scale = head, torch.nn.Parameter(torch.ones(()))

    def forward(self, x):
        return self.scale * self.head(x)


@dataclass(frozen=True)
class WithScale:
    """EUAR with such a head."""

    config: EUARConfig

    def build(self):
        model = self.config.build()
        model.head = Scaled(model.head)
        return model


def test_a_weight_without_an_axis_learns_as_others_do(data):
    config = WithScale(EUARConfig({m: x.shape[1] for m, x in data["train"].inputs.items()}, dim=8))
    together, alone = ([Training(config, Recipe(), seed, data) for seed in (0, 1)] for _ in range(2))
    assert_learns_alike(together, alone)
    assert all(training.model.head.scale != 1 for training in together)


@dataclass(frozen=True)
class WithIdle:
    """EUAR with a parameter that nothing reads, which a user's system may have."""

    config: EUARConfig

    def build(self):
        model = self.config.build()
        model.idle = torch.nn.Parameter(torch.ones(2))
        return model


def test_a_weight_that_nothing_reads_stays_as_it_is(data):
    config = WithIdle(EUARConfig({m: x.shape[1] for m, x in data["train"].inputs.items()}, dim=8))
    together, alone = ([Training(config, Recipe(), seed, data) for seed in (0, 1)] for _ in range(2))
    assert_learns_alike(together, alone)
    assert all(torch.equal(training.model.idle, torch.ones(2)) for training in together)
    again = [Training(config, Recipe(), seed, data) for seed in (0, 1)]
    for new, old in zip(again, together, strict=True):
        new.load_state_dict(old.state_dict())
    Stack(again).run_epoch()  # from where they stand


def test_a_stack_continues_from_states_and_gives_them_back(data):
    whole, begun = trainings(data), trainings(data)
    stack, first = Stack(whole), Stack(begun)
    for _ in range(3):
        stack.run_epoch()
    first.run_epoch()
    again = trainings(data)
    for fresh, old in zip(again, begun, strict=True):
        fresh.load_state_dict(old.state_dict())
    second = Stack(again)
    for _ in range(2):
        second.run_epoch()
    for one, other in zip(again, whole, strict=True):
        assert one.history == other.history
        for p, q in zip(one.model.parameters(), other.model.parameters(), strict=True):
            assert torch.equal(p, q)


def test_a_state_holds_the_replica_alone(data):
    found = trainings(data)
    Stack(found).run_epoch()
    state = found[1].state_dict()
    tensors = [*state["model"].values(), *state["best"]["weights"].values()]
    tensors += [x for each in state["optimizer"]["state"].values() for x in each.values()]
    assert all(x.untyped_storage().nbytes() == x.numel() * x.element_size() for x in tensors)


def test_a_replica_that_leaves_the_finite_is_named(data):
    found = trainings(data)
    with torch.no_grad():
        next(found[1].model.parameters()).fill_(float("nan"))
    Stack(found).run_epoch()
    assert [training.broken is None for training in found] == [training.seed != 1 for training in found]
    with pytest.raises(TrainingError, match="seed 1, epoch 1, step 1"):
        found[1].finish()


def test_each_replica_draws_from_its_own_generator():
    generators = Generators(torch.Generator().manual_seed(seed) for seed in (3, 4))
    drawn = torch.vmap(lambda x: standard_normal(x, (5,), generators))(torch.zeros(2, 1))
    alone = [torch.randn(5, generator=torch.Generator().manual_seed(seed)) for seed in (3, 4)]
    assert torch.equal(drawn, torch.stack(alone))
    with pytest.raises(RuntimeError, match="found those of 2 replicas"):
        standard_normal(torch.zeros(1), (5,), generators)


@pytest.mark.parametrize("p", [0.0, 0.2, 0.5])
def test_dropout_drops_a_share_and_keeps_the_mean_from_each_replicas_generator(p):
    x, generators = torch.ones(2, 20_000), Generators(torch.Generator().manual_seed(s) for s in (3, 4))
    left = torch.vmap(lambda x: dropout(x, p, generators))(x)
    alone = [dropout(x[i], p, torch.Generator().manual_seed(seed)) for i, seed in enumerate((3, 4))]
    assert torch.equal(left, torch.stack(alone))
    assert left.eq(0).float().mean().item() == pytest.approx(p, abs=0.01)
    assert left[left != 0].unique().tolist() == pytest.approx([1 / (1 - p)])
