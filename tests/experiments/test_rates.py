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


def factors_at_the_edge(result):
    """The same of factors that all seeds share, as `Tuned` tries them."""
    runs = [run for run in result.get("runs", ()) if "valid_by_factor" in run]
    grids = [(run["factor"], sorted(map(float, run["valid_by_factor"]))) for run in runs]
    found = [best for best, tried in grids if len(tried) > 1 and best in (tried[0], tried[-1])]
    return {best: found.count(best) for best in sorted(set(found))}


def left_at_the_edge(results):
    """The current results in which a seed chose the end of its grid; older ones are to be measured again."""
    current = [result for result in results if store.is_current(result)]
    left = {result["key"]: at_the_edge(result) | factors_at_the_edge(result) for result in current}
    return {key: edges for key, edges in left.items() if edges}


@pytest.mark.parametrize("name", store.experiments())
def test_no_committed_grid_ends_at_its_best_value(name):
    assert left_at_the_edge(store.load_results(name)) == {}


def test_control_a_current_grid_that_ends_too_early(result):
    runs = [{**result["runs"][0], **run} for run in chose(0.1, 0.01)["runs"]]
    assert left_at_the_edge([{**result, "runs": runs}]) == {result["key"]: {0.1: 1}}


def test_control_current_factors_that_end_too_early(result):
    tried = {"factor": 3.0, "valid_by_factor": {"0.3": 2.0, "1": 1.0, "3": 0.5}}
    runs = [{**run, **tried} for run in result["runs"]]
    assert left_at_the_edge([{**result, "runs": runs}]) == {result["key"]: {3.0: len(runs)}}
