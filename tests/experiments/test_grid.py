import copy

import pytest

from euar.chapters.quick_start import measure as embedded
from euar.experiments import grid, store


@pytest.fixture
def cell(result, tmp_path):
    """Store a cell of a grid with a given validation MAE."""

    def add(lr, epochs, mae, *, name="tiny", started="2024-01-01", key="0" * 16):
        new = copy.deepcopy(result)
        new |= {"experiment": "grid", "started": started, "key": key}
        new["data"]["name"] = name
        new["config"]["training"] |= {"lr": lr, "epochs": epochs}
        for run, offset in zip(new["runs"], (-0.1, 0.1), strict=True):
            run["valid"]["mae"] = mae + offset
            run["test"]["mae"] = 1 - mae  # the opposite order: whoever looks at test chooses wrongly
        store.save_result(new, tmp_path)

    return add


def test_the_best_validation_cell_is_chosen(cell, tmp_path):
    cell(1e-3, 10, 0.6, key="1" * 16)
    cell(3e-3, 30, 0.5, key="2" * 16)
    cell(3e-4, 100, 0.7, key="3" * 16)
    cell(1.0, 1, 0.1, key="4" * 16, name="other")
    assert grid.recipe("tiny", tmp_path) == {"lr": 3e-3, "epochs": 30}


def test_the_newer_of_two_measurements_counts(cell, tmp_path):
    cell(1e-3, 10, 0.6, key="1" * 16)
    cell(3e-3, 30, 0.5, key="2" * 16, started="2024-01-02")
    cell(3e-3, 30, 0.9, key="3" * 16, started="2024-01-03")
    assert grid.recipe("tiny", tmp_path) == {"lr": 1e-3, "epochs": 10}


def test_no_grid_no_recipe(tmp_path):
    assert grid.recipe("tiny", tmp_path) == {}


def test_the_grid_covers_every_pair():
    cells = [(request.recipe.lr, request.recipe.epochs) for request in grid.requests()]
    assert len(set(cells)) == len(cells) == len(grid.LEARNING_RATES) * len(grid.EPOCHS)
    assert {(request.preset, request.seeds) for request in grid.requests()} == {("default", (0, 1))}


def test_the_embedded_experiment_gives_all_presets_one_recipe(monkeypatch):
    monkeypatch.setattr(embedded, "recipe", lambda data: {"lr": 0.5, "epochs": 7})
    requests = embedded.requests()
    assert [request.preset for request in requests] == ["default", "paper", "released"]
    assert {(request.recipe.lr, request.recipe.epochs, request.seeds) for request in requests} == {
        (0.5, 7, (0, 1, 2, 3, 4))
    }
