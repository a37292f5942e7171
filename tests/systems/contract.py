"""What every system promises, whatever it is made of; `test_contract` asks it of all that are registered.

Each check takes a `System` and a task. B samples, three modalities.
"""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from euar.data.simulated import simulate
from euar.training import Recipe, fit
from euar.training.batches import Batch, all_splits
from euar.training.device import one_thread
from euar.training.loop import Training
from euar.training.stack import Stack
from euar.training.windows import seen_by

WIDTHS = {"text": 7, "audio": 4, "vision": 5}
OUTPUTS = {"regression": 1, "classification": 3}
B = 48


def build(system, task, seed=0):
    torch.manual_seed(seed)
    return system.configure(WIDTHS, task, OUTPUTS[task]).build()


def batch(rows=B):
    generator = torch.Generator().manual_seed(1)
    return {m: torch.randn(rows, d, generator=generator) for m, d in WIDTHS.items()}


def target(task, rows=B):
    return torch.arange(rows) % 3 if task == "classification" else torch.linspace(-3, 3, rows)


def in_order(model, task):
    """A batch and its masks as training gives them to the model, from rows of one group."""
    after = (torch.arange(B) + 1).masked_fill(torch.arange(B) == B - 1, -1)
    part = seen_by(model, Batch(batch(), {}, target(task), following=after)).rows(torch.arange(B))
    return part.inputs, part.available


def step(model, task, inputs=None, available=None):
    """A training step's loss, with its gradient."""
    model.train()
    noise = torch.Generator().manual_seed(2)
    output = model(inputs or batch(), available, noise)
    loss = model.loss(output, target(task))
    loss.total.backward()
    return loss


def spoiled():
    """A batch that lacks audio in every third row and holds NaN there, and its masks."""
    missing = torch.arange(B) % 3 == 1
    inputs = batch()
    return inputs | {"audio": inputs["audio"].masked_fill(missing.unsqueeze(-1), torch.nan)}, {
        "audio": ~missing
    }


def has_shapes(system, task):
    model = build(system, task)
    loss = step(model, task)
    expected = (B,) if task == "regression" else (B, 3)
    assert model(batch()).prediction.shape == model.predict(batch()).shape == expected
    assert loss.total.shape == loss.task.shape == ()
    assert all(part.shape == () and part.isfinite() for part in loss.parts.values())


def is_determined_by_its_seed(system, task):
    one, two, other = (build(system, task, seed) for seed in (0, 0, 1))
    losses = [step(model, task).total for model in (one, two, other)]
    assert torch.equal(losses[0], losses[1])
    assert not torch.equal(losses[0], losses[2])
    for p, q in zip(one.parameters(), two.parameters(), strict=True):
        assert torch.equal(p, q)
        assert torch.equal(p.grad, q.grad)


def does_not_mix_rows_in_evaluation(system, task):
    model, inputs = build(system, task), batch()
    mixes = getattr(model.config, "renormalize", None) == "batch"  # the released code's weights do
    alone = torch.cat([model.predict({m: x[i : i + 1] for m, x in inputs.items()}) for i in range(B)])
    assert torch.allclose(alone, model.predict(inputs), atol=1e-5, rtol=1e-5) is not mixes


def ignores_what_is_missing(system, task):
    inputs, available = spoiled()
    zeroed = {m: x.nan_to_num(0.0) for m, x in inputs.items()}
    results = []
    for given in (inputs, zeroed):
        model = build(system, task)
        loss = step(model, task, given, available)
        results.append([model.predict(given, available), loss.total, *(p.grad for p in model.parameters())])
    for with_nan, with_zero in zip(*results, strict=True):
        assert with_nan.isfinite().all()
        assert torch.equal(with_nan, with_zero)


def takes_an_absent_modality_as_missing_everywhere(system, task):
    model, inputs, told = build(system, task), batch(), {}
    for modality in inputs:
        absent = model.predict({m: x for m, x in inputs.items() if m != modality})
        nowhere = {modality: torch.zeros(B, dtype=torch.bool)}
        torch.testing.assert_close(model.predict(inputs, nowhere), absent)
        told[modality] = not torch.equal(model.predict(inputs), absent)
    reads = getattr(model, "reads", WIDTHS)  # a system that translates reads its source alone
    assert told == {modality: modality in reads for modality in WIDTHS}


def sends_a_gradient_to_every_parameter(system, task):
    model = build(system, task)
    step(model, task, *in_order(model, task))
    idle = [name for name, p in model.named_parameters() if p.grad is None or not p.grad.any()]
    assert idle == []


def predicts_without_a_trace(system, task):
    model = build(system, task).train()
    first, second = model.predict(batch()), model.predict(batch())
    assert torch.equal(first, second)
    assert model.training
    assert not first.requires_grad


def survives_saving(system, task, tmp_path):
    model, other = build(system, task), build(system, task, seed=1)
    torch.save(model.state_dict(), tmp_path / "weights.pt")
    other.load_state_dict(torch.load(tmp_path / "weights.pt", weights_only=True))
    assert torch.equal(model.predict(batch()), other.predict(batch()))


def takes_modalities_of_any_name(system, task):
    odd = dict(zip(WIDTHS, ("type", "a.b", "the values"), strict=True))
    one, inputs = build(system, task), batch()
    torch.manual_seed(0)
    widths = {odd[m]: width for m, width in WIDTHS.items()}
    other = system.configure(widths, task, OUTPUTS[task]).build()
    renamed = {odd[m]: x for m, x in inputs.items()}
    assert torch.equal(one.predict(inputs), other.predict(renamed))
    fresh = system.configure(widths, task, OUTPUTS[task]).build()
    fresh.load_state_dict(other.state_dict())
    assert torch.equal(one.predict(inputs), fresh.predict(renamed))


def has_a_configuration_that_survives_json(system, task):
    config = system.configure(WIDTHS, task, OUTPUTS[task])
    assert type(config).from_dict(json.loads(json.dumps(config.to_dict()))) == config
    with pytest.raises(ValueError, match="nonsense"):
        type(config).from_dict({**config.to_dict(), "nonsense": 1})


def refuses_what_does_not_fit(system, task):
    model, inputs = build(system, task), batch()
    nowhere = dict.fromkeys(WIDTHS, torch.arange(B) != 4)
    for given, masks in [({}, None), (inputs, nowhere), (inputs | {"smell": inputs["text"]}, None)]:
        with pytest.raises(ValueError, match=r"no modality|found none|found 'smell'"):
            model(given, masks)
    with pytest.raises(ValueError, match="target: expected"):
        model.loss(model(inputs), target(task).unsqueeze(-1))


def learns(system, task):
    """Beat a constant on simulated data after a few epochs of `fit`, whose columns are the loss's parts."""
    data = simulate((300, 60, 200))
    if task == "classification":
        data = classes(data)
    config = system.configure(data.in_features, task, OUTPUTS[task])
    run = fit(config, data, epochs=6, lr=1e-2, device="cpu", progress=False)[0]
    truth = data.target[data.split == "test"]
    if task == "regression":
        assert run.metrics["test"]["mae"] < 0.8 * np.abs(truth - np.median(truth)).mean()
    else:
        assert run.metrics["test"]["accuracy"] > 1.2 * np.bincount(truth).max() / len(truth)
    with torch.random.fork_rng():
        parts = step(build(system, task), task).parts
    assert run.history[0].keys() >= {"total", "task", "grad_norm", *parts}


def trains_stacked_as_alone(system, task):
    """If it says that it can: with all modalities in every row, and without; to the last bits of a double."""
    if not system.stacks:
        return
    data = simulate((40, 16, 16))
    data = classes(data) if task == "classification" else data
    torch.set_default_dtype(torch.float64)  # where what is left of rounding cannot hide a fault
    try:
        for given in (data, lacking(data)):
            stacks_as_alone(system.configure(data.in_features, task, OUTPUTS[task]), given)
    finally:
        torch.set_default_dtype(torch.float32)


def stacks_as_alone(config, data):
    splits = {split: doubled(part) for split, part in all_splits(data, torch.device("cpu")).items()}
    alone, together = (
        [Training(config, Recipe(epochs=2), seed, splits) for seed in (0, 1)] for _ in range(2)
    )
    with one_thread():
        Stack(together).run_epoch()
        for training in alone:
            training.run_epoch()
    for one, other in zip(together, alone, strict=True):
        assert one.history[0] == pytest.approx(other.history[0], rel=1e-9, abs=1e-9)


def doubled(part):
    """A batch in double precision; classes stay whole numbers."""
    target = part.target.double() if part.target.is_floating_point() else part.target
    return part._replace(inputs={m: x.double() for m, x in part.inputs.items()}, target=target)


def lacking(data):
    """The set without its first modality in every third row."""
    first = next(iter(data.modalities))
    return replace(data, available={first: np.arange(len(data.target)) % 3 != 1})


def classes(data):
    """The simulated set with its label cut into three."""
    return type(data)(
        name=data.name,
        modalities=data.modalities,
        target=np.digitize(data.target, [-0.5, 0.7]).astype(np.int64),
        ids=data.ids,
        split=data.split,
    )


CHECKS = (
    has_shapes,
    is_determined_by_its_seed,
    does_not_mix_rows_in_evaluation,
    ignores_what_is_missing,
    takes_an_absent_modality_as_missing_everywhere,
    sends_a_gradient_to_every_parameter,
    predicts_without_a_trace,
    has_a_configuration_that_survives_json,
    takes_modalities_of_any_name,
    refuses_what_does_not_fit,
    learns,
    trains_stacked_as_alone,
)
