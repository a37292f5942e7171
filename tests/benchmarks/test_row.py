"""The row that is timed is one that comparisons train, and the loop beside it trains as much."""

import pytest
import torch

from benchmarks import record, row, trimodal
from euar.experiments.row import RATES, Row
from euar.model import EUARConfig
from euar.training.batches import all_splits


def test_it_is_a_row_of_the_default_system():
    (cell,) = row.CELLS["full"]
    config = EUARConfig(row.WIDTHS)
    assert (cell["dim"], cell["experts"], cell["k"]) == (config.dim, config.num_experts, config.k)
    assert cell["batch"] == Row.recipe.batch_size
    assert (cell["rates"], cell["seeds"]) == (len(RATES), len(Row.seeds))


def test_ours_trains_each_seed_at_each_rate_and_the_loop_one_seed_at_each(monkeypatch):
    (cell,), asked, rates = row.CELLS["quick"], [], []
    naive = trimodal.NaiveTraining
    monkeypatch.setattr(row, "fit_pairs", lambda config, data, pairs, recipe: asked.append((pairs, recipe)))
    monkeypatch.setattr(
        trimodal, "NaiveTraining", lambda *a, lr, **more: rates.append(lr) or naive(*a, lr=lr, **more)
    )
    (found,) = row.measure(cell, record.EFFORTS["quick"], torch.device("cpu"))
    pairs, recipe = asked[0]
    assert pairs == [(rate, seed) for rate in RATES[: cell["rates"]] for seed in range(cell["seeds"])]
    assert (recipe.epochs, recipe.batch_size) == (cell["epochs"], cell["batch"])
    assert rates[: cell["rates"]] == list(RATES[: cell["rates"]])
    one, all_of_them = (found["ms"][way]["median"] for way in ("naive, one seed", "naive, in turn"))
    assert all_of_them == pytest.approx(cell["seeds"] * one, rel=1e-3)


def test_a_naive_training_has_the_widths_batch_and_rate_that_are_asked_for():
    data = all_splits(trimodal.dataset((40, 8, 8), {"text": 5, "audio": 7}), torch.device("cpu"))
    training = trimodal.NaiveTraining(4, 8, data, batch=32, lr=0.25)
    assert [project[0].in_features for project in training.model.project] == [5, 7]
    assert [len(target) for *_, target in training.loader] == [32, 8]
    assert training.optimizer.param_groups[0]["lr"] == 0.25
    before = [weight.clone() for weight in training.model.parameters()]
    training.run_epoch()
    assert any(not torch.equal(*pair) for pair in zip(before, training.model.parameters(), strict=True))
