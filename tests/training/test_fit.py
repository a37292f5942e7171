import copy
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
import torch

from euar.data import DataError
from euar.training import TrainingError, fit, metrics, predict
from tests.training.tiny import Tiny, TinyConfig, dataset

FAST = {"epochs": 4, "lr": 1.0, "device": "cpu"}  # fast enough to overshoot


@pytest.fixture(scope="module")
def runs():
    return fit(TinyConfig(), dataset(), seeds=(0, 3), **FAST)


def test_it_learns():
    run = fit(TinyConfig(noise=0.0), dataset(600), epochs=20, lr=0.05, device="cpu")[0]
    constant = np.abs(dataset(600).target).mean()
    assert run.metrics["test"]["mae"] < 0.5 * constant


def test_a_run_holds_what_it_says(runs):
    data = dataset()
    for run, seed in zip(runs, (0, 3), strict=True):
        assert run.seed == seed
        assert [epoch["epoch"] for epoch in run.history] == [1, 2, 3, 4]
        assert run.seconds > 0
        for split in ("valid", "test"):
            target = data.target[data.split == split]
            assert run.predictions[split].shape == target.shape
            assert run.metrics[split] == metrics.regression(run.predictions[split], target)


def test_the_best_epoch_minimises_validation_mae(runs):
    for run in runs:
        errors = [epoch["valid_mae"] for epoch in run.history]
        assert errors == [epoch["valid_criterion"] for epoch in run.history]
        assert run.best_epoch == 1 + int(np.argmin(errors))
        assert run.metrics["valid"]["mae"] == min(errors)
    assert min(run.best_epoch for run in runs) < 4  # else the last epoch would do


def test_select_last_keeps_the_last_epoch():
    run = fit(TinyConfig(), dataset(), **FAST, select="last")[0]
    assert run.best_epoch == 4
    assert run.metrics["valid"]["mae"] == run.history[-1]["valid_mae"]
    assert run.metrics["valid"]["mae"] > min(epoch["valid_mae"] for epoch in run.history)


def test_test_labels_and_features_change_nothing_but_the_test_scores(runs):
    data = dataset()
    at = data.split == "test"
    other = {m: np.where(at[:, None], x[::-1] * 5, x) for m, x in data.modalities.items()}
    other["b"] = np.nan_to_num(other["b"])
    changed = dataset(modalities=other, target=np.where(at, -data.target, data.target))
    for run, again in zip(runs, fit(TinyConfig(), changed, seeds=(0, 3), **FAST), strict=True):
        assert again.history == run.history
        assert again.best_epoch == run.best_epoch
        assert np.array_equal(again.predictions["valid"], run.predictions["valid"])
        assert again.metrics["test"] != run.metrics["test"]


def test_same_seed_same_bits_alone_or_in_company(runs):
    alone = fit(TinyConfig(), dataset(), seeds=(3,), **FAST)[0]
    assert np.array_equal(alone.predictions["test"], runs[1].predictions["test"])
    assert alone.history == runs[1].history
    assert not np.array_equal(runs[0].predictions["test"], runs[1].predictions["test"])


def test_one_thread_and_then_as_before(monkeypatch):
    seen, forward = set(), Tiny.forward

    def spy(self, *args):
        seen.add(torch.get_num_threads())
        return forward(self, *args)

    monkeypatch.setattr(Tiny, "forward", spy)
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        fit(TinyConfig(), dataset(), **FAST)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(threads)
    assert seen == {1}


def test_global_generators_are_neither_read_nor_moved(runs):
    torch.manual_seed(123)
    before = torch.get_rng_state()
    again = fit(TinyConfig(), dataset(), **FAST)[0]
    assert torch.equal(torch.get_rng_state(), before)
    assert again.history == runs[0].history


def test_the_learning_rate_falls_along_a_cosine_to_zero(runs):
    expected = [1.0 * (1 + np.cos(np.pi * done / 4)) / 2 for done in range(4)]
    assert [epoch["lr"] for epoch in runs[0].history] == pytest.approx(expected)


def test_one_full_batch_step_is_adamw_by_hand():
    """The first step of AdamW moves every weight by lr against the sign of its gradient, after its decay."""
    config, data = TinyConfig(noise=0.0), dataset()
    n, lr, decay = int((data.split == "train").sum()), 0.01, 0.1
    once = {"epochs": 1, "batch_size": n, "device": "cpu", "select": "last", "weight_decay": decay}
    stepped = fit(config, data, lr=lr, **once)[0].model.state_dict()
    still = fit(config, data, lr=1e-12, **once)[0].model.state_dict()
    for name, start in still.items():
        moved = stepped[name] - start * (1 - lr * decay)
        assert moved.abs().numpy() == pytest.approx(np.full(moved.shape, lr), rel=1e-3)


def test_gradients_are_clipped_at_five(monkeypatch):
    seen = []
    from euar.training import loop

    def spy(parameters, norm):
        seen.append(norm)
        return clip(parameters, norm)

    clip = loop.clip_grad_norm_
    monkeypatch.setattr(loop, "clip_grad_norm_", spy)
    fit(TinyConfig(), dataset(), epochs=1, device="cpu")
    assert set(seen) == {5.0}


def test_predict_repeats_the_stored_predictions(runs):
    for split in ("valid", "test"):
        assert np.array_equal(predict(runs[0].model, dataset(), split), runs[0].predictions[split])


def test_predict_by_hand(runs):
    data = dataset()
    at, standard = data.split == "test", data.standardize().modalities
    weights = {name: value.numpy() for name, value in runs[0].model.state_dict().items()}
    answer = {m: standard[m] @ weights[f"layers.{m}.weight"][0] + weights[f"layers.{m}.bias"] for m in "ab"}
    expected = answer["a"] + np.where(data.available["b"], answer["b"], 0)
    assert runs[0].predictions["test"] == pytest.approx(expected[at], abs=1e-5)


def test_predict_leaves_the_model_as_it_was(runs):
    model = copy.deepcopy(runs[0].model).train()
    first, second = predict(model, dataset()), predict(model, dataset())
    assert model.training
    assert np.array_equal(first, second)  # no noise, no dropout
    assert predict(model, dataset(), batch_size=7) == pytest.approx(first, abs=1e-5)


def test_classes_are_selected_by_cross_entropy():
    data = dataset(classes=3)
    run = fit(TinyConfig(outputs=3), data, **FAST)[0]
    target = data.target[data.split == "valid"]
    logits = torch.tensor(run.predictions["valid"])
    loss = torch.nn.functional.cross_entropy(logits, torch.tensor(target)).item()
    assert min(epoch["valid_criterion"] for epoch in run.history) == pytest.approx(loss)
    assert run.metrics["valid"] == metrics.classification(logits, target)
    assert run.predictions["test"].shape == (30, 3)


@pytest.mark.parametrize("term", ["task", "decay"])
def test_a_term_that_is_not_finite_is_named(term, monkeypatch):
    steps = iter(range(1000))

    def loss(self, output, target):
        terms = finite(self, output, target)
        broken = next(steps) == 5  # epoch 2 has steps 4 to 7
        bad = {**terms._asdict(), **terms.parts}[term] * float("nan")
        changed = {"task": bad} if term == "task" else {"parts": {term: bad}}
        return terms._replace(**changed) if broken else terms

    finite = Tiny.loss
    monkeypatch.setattr(Tiny, "loss", loss)
    with pytest.raises(TrainingError, match=rf"seed 8, epoch 2, step 2 of 4: {term} not finite; lower lr"):
        fit(TinyConfig(), dataset(), seeds=(8,), **FAST)


def losing(change, monkeypatch):
    """Let Tiny's loss go through `change(model, terms)`."""
    original = Tiny.loss
    monkeypatch.setattr(Tiny, "loss", lambda self, *args: change(self, original(self, *args)))


def test_the_history_has_a_column_for_each_part(monkeypatch):
    losing(lambda model, terms: terms._replace(parts=terms.parts | {"rank": 2 * terms.task}), monkeypatch)
    for epoch in fit(TinyConfig(), dataset(), **FAST)[0].history:
        assert list(epoch)[:7] == ["epoch", "lr", "total", "task", "decay", "rank", "grad_norm"]
        assert epoch["rank"] == pytest.approx(2 * epoch["task"])


def test_a_loss_without_parts_has_no_columns_of_theirs(monkeypatch):
    losing(lambda model, terms: terms._replace(parts={}), monkeypatch)
    run = fit(TinyConfig(), dataset(), **FAST)[0]
    assert list(run.history[0])[:5] == ["epoch", "lr", "total", "task", "grad_norm"]


def test_a_loss_knows_the_epoch(monkeypatch):
    def with_epoch(model, terms):
        return terms._replace(parts={"seen": torch.tensor(float(model.epoch))})

    losing(with_epoch, monkeypatch)
    run = fit(TinyConfig(), dataset(), **FAST)[0]
    assert [epoch["seen"] for epoch in run.history] == [1, 2, 3, 4]


@pytest.mark.parametrize("name", ["epoch", "lr", "total", "task", "grad_norm", "valid_mae"])
def test_a_part_named_like_a_column_is_refused(name, monkeypatch):
    losing(lambda model, terms: terms._replace(parts={name: terms.task}), monkeypatch)
    with pytest.raises(ValueError, match=f"parts: '{name}' is a column of the history already"):
        fit(TinyConfig(), dataset(), **FAST)


def test_a_part_that_is_no_number_is_refused(monkeypatch):
    losing(lambda model, terms: terms._replace(parts={"rows": torch.zeros(3)}), monkeypatch)
    with pytest.raises(ValueError, match=r"parts\['rows'\]: expected a 0-dim tensor, found shape \(3,\)"):
        fit(TinyConfig(), dataset(), **FAST)


def test_a_part_that_comes_and_goes_is_refused(monkeypatch):
    steps = iter(range(1000))
    losing(lambda model, terms: terms if next(steps) < 5 else terms._replace(parts={}), monkeypatch)
    with pytest.raises(
        ValueError, match="seed 0, epoch 2: expected the parts decay at every step, found none"
    ):
        fit(TinyConfig(), dataset(), **FAST)


@pytest.mark.filterwarnings("ignore:overflow")
def test_divergence_is_an_error_too():
    with pytest.raises(TrainingError, match=r"seed 0, epoch 1, step . of 4: "):
        fit(TinyConfig(), dataset(), **FAST | {"lr": 1e30})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"epochs": 0}, "epochs: expected an int of at least 1, found 0"),
        ({"batch_size": 1.5}, "batch_size: expected an int"),
        ({"lr": -1.0}, "lr: expected a finite number above 0, found -1.0"),
        ({"weight_decay": float("nan")}, "weight_decay: expected a finite"),
        ({"select": "test"}, "select: expected one of 'valid', 'last', found 'test'"),
        ({"seeds": 5}, r"seeds: expected different ints, such as range\(5\), found 5"),
        ({"seeds": ()}, "seeds: expected different ints"),
        ({"seeds": (1, 1)}, "seeds: expected different ints"),
        ({"device": "gpu"}, "device: expected 'auto', 'cpu' or 'cuda', found 'gpu'"),
        ({"epochs": True}, "epochs: expected an int of at least 1, found True"),
        ({"epochs": 2**70}, r"epochs: expected an int below 2\^31, found"),
        ({"batch_size": True}, "batch_size: expected an int of at least 1, found True"),
        ({"batch_size": "16"}, "batch_size: expected an int of at least 1, found '16'"),
        ({"lr": None}, "lr: expected a finite number above 0, found None"),
        ({"lr": True}, "lr: expected a finite number above 0, found True"),
        ({"lr": 10**400}, "lr: expected a finite number above 0, found 1000"),
        ({"weight_decay": "x"}, "weight_decay: expected a finite number of at least 0, found 'x'"),
        ({"select": []}, r"select: expected one of 'valid', 'last', found \[\]"),
        ({"seeds": None}, "seeds: expected different ints, such as"),
        ({"seeds": "12"}, "seeds: expected different ints, such as"),
        ({"seeds": (0, True)}, "seeds: expected different ints, such as"),
        ({"seeds": (0, -1)}, r"found \(0, -1\); at most 10000 of them, each from 0 to 2\^63 - 1"),
        ({"seeds": (2**63,)}, r"each from 0 to 2\^63 - 1"),
        ({"seeds": range(2**70)}, "at most 10000 of them"),
        *(
            ({"device": name}, "device: expected 'auto', 'cpu' or 'cuda', found")
            for name in ("mps", "xpu", "meta", "", None, 0)
        ),
        ({"device": "cuda:99"}, "device: 'cuda:99' asked for, but torch finds"),
        ({"out": ""}, "out: expected the path of a folder, or None, found ''"),
        ({"out": 5}, "out: expected the path of a folder, or None, found 5"),
        ({"out": __file__}, "out: expected a folder, found a file at"),
    ],
)
def test_bad_settings_are_named(changes, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=message):
        fit(TinyConfig(), dataset(), **FAST | changes)
    assert not list(tmp_path.iterdir())


def test_a_single_class_in_training_is_refused(tmp_path):
    data = dataset(classes=3)
    target = np.where(data.split == "train", 1, data.target)
    with pytest.raises(DataError, match=r"tiny: target: expected at least 2 classes .* found only class 1"):
        fit(TinyConfig(outputs=3), dataset(classes=3, target=target), **FAST, out=tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_rating_that_never_varies_is_a_constant_to_learn():
    data = dataset()
    target = np.where(data.split == "train", np.float32(1.5), data.target)
    settings = {"epochs": 60, "lr": 0.05, "select": "last", "device": "cpu"}
    run = fit(TinyConfig(noise=0.0), dataset(target=target), **settings)[0]
    assert np.abs(run.predictions["test"] - 1.5).mean() < 0.3


def test_a_split_without_rows_is_named():
    with pytest.raises(ValueError, match="expected rows of split 'valid', found none"):
        fit(TinyConfig(), dataset(split=np.array(["train", "test"] * 60)), **FAST)


def test_sequences_that_no_model_reads_cost_nothing(runs):
    data = dataset()
    frames = np.ones((len(data), 40000, 1), dtype=np.float32)
    lengths = np.full(len(data), 40000)
    heavy = replace(data, sequences={"a": (frames, lengths)})
    tracemalloc.start()
    again = fit(TinyConfig(), heavy, seeds=(0,), **FAST)[0]
    assert np.array_equal(predict(again.model, heavy), again.predictions["test"])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < frames.nbytes / 2
    assert again.history == runs[0].history
