"""What each setting of a training does to it, and that it goes on to the same bits after a kill."""

from functools import partial

import numpy as np
import pytest
import torch

from euar.data import simulate
from euar.model import EUARConfig
from euar.systems import SYSTEMS
from euar.training import fit
from euar.training.loop import Training
from euar.training.seeding import generator
from tests.training.tiny import Tiny, TinyConfig, dataset

WIDTHS = {"a": 3, "b": 2}
USUAL = {"epochs": 4, "lr": 0.05, "device": "cpu", "progress": False}


def concat():
    """A system without noise, whose loss is a mean over rows."""
    return SYSTEMS["concat"].configure(WIDTHS)


def mixture(**changes):
    return EUARConfig(WIDTHS, dim=8, num_experts=4, **changes)


def assert_same(runs, others):
    for run, other in zip(runs, others, strict=True):
        assert run.history == other.history
        assert run.best_epoch == other.best_epoch
        assert np.array_equal(run.predictions["test"], other.predictions["test"])


def assert_close(run, other, within):
    for here, there in zip(run.history, other.history, strict=True):
        assert here == pytest.approx(there, rel=within, abs=within)


def test_patience_ends_a_training_that_no_longer_improves():
    usual = USUAL | {"epochs": 30, "lr": 1.0}
    whole, short = (
        fit(TinyConfig(), dataset(), **usual)[0],
        fit(TinyConfig(), dataset(), patience=2, **usual)[0],
    )
    assert short.history == whole.history[: len(short.history)]
    assert len(short.history) == short.best_epoch + 2 < 30
    criteria = [epoch["valid_criterion"] for epoch in short.history]
    assert short.best_epoch == 1 + int(np.argmin(criteria))


def test_replicas_of_a_stack_end_each_in_its_time():
    settings = {"seeds": range(4), "patience": 2} | USUAL | {"epochs": 12, "lr": 0.1}
    together = fit(mixture(), dataset(), **settings)
    assert len({len(run.history) for run in together}) > 1
    for run, seed in zip(together, range(4), strict=True):
        alone = fit(mixture(), dataset(), **settings | {"seeds": (seed,)})[0]
        assert len(run.history) == len(alone.history)
        assert_close(run, alone, 1e-3)


@pytest.mark.parametrize("accumulate", [2, 3, 40])
def test_parts_of_a_batch_add_up_to_it(accumulate):
    (whole,), (parts,) = (
        fit(concat(), dataset(), batch_size=17, accumulate=n, **USUAL) for n in (1, accumulate)
    )
    assert_close(parts, whole, 1e-5)
    assert parts.history != whole.history  # else there were no parts


def test_each_part_has_noise_and_dropout_of_its_own(monkeypatch):
    drawn, randn = [], torch.randn

    def spy(*args, **how):
        drawn.append(randn(*args, **how))
        return drawn[-1]

    monkeypatch.setattr(torch, "randn", spy)
    fit(TinyConfig(), dataset(), accumulate=2, **USUAL | {"epochs": 1})
    assert len(drawn) == 8
    named = (generator(0, f"noise/1/{step}/{part}") for step in range(4) for part in range(2))
    for noise, stream in zip(drawn, named, strict=True):
        assert torch.equal(noise, randn(noise.shape, generator=stream))


def test_bf16_is_close_to_float32_and_leaves_weights_and_predictions_in_it(monkeypatch):
    seen = set()
    forward = torch.nn.Linear.forward

    def spy(self, x):
        out = forward(self, x)
        seen.add((self.training, out.dtype))
        return out

    monkeypatch.setattr(torch.nn.Linear, "forward", spy)
    data = simulate(n=(64, 32, 32))
    config = EUARConfig(data.in_features, dim=16)
    settings = {"seeds": (0,), "epochs": 3, "progress": False, "device": "cpu"}
    exact = fit(config, data, **settings)[0]
    assert seen == {(True, torch.float32), (False, torch.float32)}
    seen.clear()
    mixed = fit(config, data, precision="bf16-mixed", **settings)[0]
    assert seen == {(True, torch.bfloat16), (False, torch.float32)}
    assert_close(mixed, exact, 0.03)
    assert mixed.history != exact.history
    assert {p.dtype for p in mixed.model.parameters()} == {torch.float32}
    assert mixed.predictions["test"].dtype == np.float32
    assert mixed.predictions["test"] == pytest.approx(exact.predictions["test"], abs=0.05)


@pytest.fixture
def graphs(monkeypatch):
    """Compile by a backend that runs the graph as it is, and keep the graphs."""
    kept = []

    def keep(graph, _inputs):
        kept.append(graph)
        return graph

    torch.compiler.reset()
    monkeypatch.setattr(torch, "compile", partial(torch.compile, backend=keep))
    yield kept
    torch.compiler.reset()


def test_a_compiled_model_is_one_graph_that_takes_the_smaller_last_batch(graphs):
    once = USUAL | {"epochs": 2, "batch_size": 16}  # 60 rows: three batches of 16, one of 12
    compiled = fit(mixture(output="mean"), dataset(), compile=True, **once)[0]
    assert 0 < len(graphs) <= 2  # of 16 rows, and of any number
    assert_close(compiled, fit(mixture(output="mean"), dataset(), **once)[0], 1e-5)


def test_a_compiled_model_draws_from_streams_of_its_seed(graphs):
    once = USUAL | {"epochs": 2, "seeds": (3,)}
    runs = [fit(mixture(), dataset(), compile=True, **once) for _ in range(2)]
    assert_same(*runs)
    assert graphs
    other = fit(mixture(), dataset(), compile=True, **once | {"seeds": (4,)})[0]
    assert other.history != runs[0][0].history


def test_a_program_of_several_steps_aside_for_what_it_cannot_do(monkeypatch):
    monkeypatch.setattr("euar.training.together.Stack", None)  # to make one is an error
    settings = {"seeds": (0, 1)} | USUAL | {"epochs": 1}
    for change in ({"accumulate": 2}, {"precision": "bf16-mixed"}):
        runs = fit(mixture(), dataset(), **settings | change)
        assert_same(runs[1:], fit(mixture(), dataset(), **settings | change | {"seeds": (1,)}))
    with pytest.raises(TypeError):
        fit(mixture(), dataset(), **settings)


def groups(model, lr):
    a, b = (model.layers[m].parameters() for m in "ab")
    return [{"params": a, "lr": lr / 10}, {"params": b, "lr": lr}]


class StopError(Exception):
    pass


@pytest.mark.parametrize("epoch", [1, 3])
@pytest.mark.parametrize(
    "changes",
    [
        {"warmup": 0.5},
        {"patience": 1, "lr": 1.0},
        {"accumulate": 3},
        {"precision": "bf16-mixed"},
        {"compile": True},
        {"groups": True},
    ],
    ids=lambda changes: next(iter(changes)),
)
@pytest.mark.usefixtures("graphs")
def test_a_run_continues_to_the_same_bits(changes, epoch, tmp_path, monkeypatch):
    settings = USUAL | changes
    config = mixture() if "compile" in changes else TinyConfig()
    if settings.pop("groups", False):
        monkeypatch.setattr(Tiny, "parameter_groups", groups, raising=False)
    whole = fit(config, dataset(), **settings)
    run_epoch, done = Training.run_epoch, iter(range(100))

    def interrupted(self):
        if next(done) == min(epoch, len(whole[0].history) - 1):
            raise StopError
        run_epoch(self)

    with monkeypatch.context() as patch, pytest.raises(StopError):
        patch.setattr(Training, "run_epoch", interrupted)
        fit(config, dataset(), out=tmp_path, **settings)
    assert_same(fit(config, dataset(), out=tmp_path, **settings), whole)


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"warmup": 0.5}, "training.warmup: there 0.0, here 0.5"),
        ({"patience": 1}, "training.patience: there None, here 1"),
        ({"accumulate": 3}, "training.accumulate: there 1, here 3"),
        ({"precision": "bf16-mixed"}, "training.precision: there '32-true', here 'bf16-mixed'"),
        ({"compile": True}, "training.compile: there False, here True"),
        ({"devices": 2}, "devices: there 1, here 2"),
    ],
)
def test_a_folder_belongs_to_one_way_of_training(change, line, tmp_path):
    fit(TinyConfig(), dataset(), out=tmp_path, **USUAL)
    with pytest.raises(ValueError, match="holds another training") as caught:
        fit(TinyConfig(), dataset(), out=tmp_path, **USUAL | change)
    assert line in str(caught.value)
