import pytest

from euar.experiments import store
from euar.experiments.rates import at_the_edge, best_of
from euar.training.grid import LADDER
from tests.training.test_grid import run


def test_the_rate_with_the_lowest_criterion_is_kept():
    tried = {rate: value and run(value) for rate, value in {0.5: 2.0, 1.0: 1.0, 2.0: 3.0, 4.0: None}.items()}
    chosen = best_of(tried)
    assert chosen == (tried[1.0], 1.0, {"0.5": 2.0, "1.0": 1.0, "2.0": 3.0, "4.0": None})
    assert chosen.record() == tried[1.0].record() | {"lr": 1.0, "valid_by_lr": chosen.valid_by_lr}


def chose(*rates, grid=(0.001, 0.01, 0.1)):
    return {"runs": [{"lr": lr, "valid_by_lr": {str(rate): 0.0 for rate in grid}} for lr in rates]}


def test_seeds_at_either_end_of_the_grid_are_counted():
    assert at_the_edge(chose(0.01, 0.01)) == {}
    assert at_the_edge(chose(0.1, 0.01, 0.1, 0.001)) == {0.001: 1, 0.1: 2}
    assert at_the_edge(chose(1e-3, grid=(1e-3,))) == {}  # one rate is no grid
    assert at_the_edge(chose(LADDER[0], LADDER[-1], grid=LADDER)) == {}  # there nothing is left to try
    assert at_the_edge({"runs": [{"seed": 0}]}) == at_the_edge({}) == {}


def left_at_the_edge(results):
    """The current results in which a seed chose the end of its grid; older ones are to be measured again."""
    left = {result["key"]: at_the_edge(result) for result in results if store.is_current(result)}
    return {key: edges for key, edges in left.items() if edges}


@pytest.mark.parametrize("name", store.experiments())
def test_no_committed_grid_ends_at_its_best_value(name):
    assert left_at_the_edge(store.load_results(name)) == {}


def test_control_a_current_grid_that_ends_too_early(result):
    runs = [{**result["runs"][0], **run} for run in chose(0.1, 0.01)["runs"]]
    assert left_at_the_edge([{**result, "runs": runs}]) == {result["key"]: {0.1: 1}}
