import copy

import pytest

from euar.chapters.quick_start import measure as quick_start
from euar.experiments import store
from euar.experiments.measurement import Result


@pytest.fixture
def cell(result, tmp_path):
    """Store a cell of the grid with a given validation MAE."""

    def add(lr, epochs, mae, started="2024-01-01", key="0"):
        (asked,) = (c for c in quick_start.grid() if (c.recipe.lr, c.recipe.epochs) == (lr, epochs))
        new = copy.deepcopy(result) | {"experiment": "quick_start", "started": started, "key": key * 16}
        new["config"]["request"] = asked.request()
        for run, offset in zip(new["runs"], (-0.01, 0.01), strict=True):
            run["valid"]["mae"] = mae + offset
            run["test"]["mae"] = 1 - mae  # the opposite order: whoever looks at test chooses wrongly
        store.save_result(Result(new, {}), tmp_path)

    return add


def test_a_shorter_training_within_one_standard_error_is_chosen():
    best, error = {(1e-2, 30): [0.40, 0.42, 0.44]}, 0.02 / 3**0.5
    within = {(1e-3, 3): [0.42 + 0.99 * error] * 3}
    beyond = {(1e-3, 1): [0.42 + 1.01 * error] * 3}
    assert quick_start.chosen(best | beyond) == (1e-2, 30)
    assert quick_start.chosen(best | beyond | within) == (1e-3, 3)
    assert quick_start.chosen(best | within | {(3e-3, 3): [0.421] * 3}) == (3e-3, 3)


def test_the_best_validation_cell_is_chosen(cell, tmp_path):
    cell(1e-3, 10, 0.6, key="1")
    cell(3e-3, 3, 0.5, key="2")
    cell(3e-4, 10, 0.7, key="3")
    assert quick_start.recipe("embedded", tmp_path) == {"lr": 3e-3, "epochs": 3}
    assert quick_start.recipe("mosi", tmp_path) == {}


def test_the_newer_of_two_measurements_counts(cell, tmp_path):
    cell(1e-3, 10, 0.6, key="1")
    cell(3e-3, 3, 0.5, started="2024-01-02", key="2")
    cell(3e-3, 3, 0.9, started="2024-01-03", key="3")
    assert quick_start.recipe("embedded", tmp_path) == {"lr": 1e-3, "epochs": 10}


def test_no_grid_no_recipe(tmp_path):
    assert quick_start.recipe("embedded", tmp_path) == {}


def test_the_grid_covers_every_pair():
    cells = [(one.recipe.lr, one.recipe.epochs) for one in quick_start.grid()]
    assert len(set(cells)) == len(cells) == len(quick_start.LEARNING_RATES) * len(quick_start.EPOCHS)
    assert {(one.system, one.seeds) for one in quick_start.grid()} == {("default", tuple(range(10)))}


def test_all_presets_get_one_recipe(monkeypatch):
    monkeypatch.setattr(quick_start, "recipe", lambda data: {"lr": 0.5, "epochs": 7})
    asked = quick_start.presets()
    assert [one.system for one in asked] == ["default", "paper", "released"]
    assert {(one.recipe.lr, one.recipe.epochs, one.seeds) for one in asked} == {(0.5, 7, tuple(range(10)))}
