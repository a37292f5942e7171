import pytest

from euar.experiments import store
from euar.experiments.rates import at_the_edge, best_of, best_rate
from euar.training.grid import LADDER


def test_the_rate_with_the_lowest_criterion_is_kept():
    chosen = best_rate((1.0, 2.0, 4.0), lambda rate: rate**2, lambda found: abs(found - 5))
    assert chosen == (2.0, 4.0, {"1.0": 4.0, "2.0": 1.0, "4.0": 11.0})


def test_a_seed_whose_best_lies_at_an_end_tries_further_rates():
    chosen = best_rate((1e-3, 3e-3), lambda rate: rate, lambda rate: abs(rate - 1.5e-2))
    assert chosen.lr == 1e-2 and list(chosen.valid_by_lr) == ["0.001", "0.003", "0.01", "0.03"]


def test_the_first_of_equals_wins():
    assert best_of({3.0: 3.0, 1.0: 1.0}, lambda _: 0.0).lr == 3.0


def chose(*rates, grid=(0.001, 0.01, 0.1)):
    return {"runs": [{"lr": lr, "valid_by_lr": {str(rate): 0.0 for rate in grid}} for lr in rates]}


def test_seeds_at_either_end_of_the_grid_are_counted():
    assert at_the_edge(chose(0.01, 0.01)) == {}
    assert at_the_edge(chose(0.1, 0.01, 0.1, 0.001)) == {0.001: 1, 0.1: 2}
    assert at_the_edge(chose(1e-3, grid=(1e-3,))) == {}  # one rate is no grid
    assert at_the_edge({"runs": [{"seed": 0}]}) == at_the_edge({}) == {}


def left_at_the_edge(results):
    """The current results in which a seed chose the end of its grid; older ones are to be measured again.

    At the ends of the ladder a grid stops to grow: there nothing is learned, or everything breaks.
    """
    ends = (LADDER[0], LADDER[-1])
    left = {
        result["key"]: {lr: count for lr, count in at_the_edge(result).items() if lr not in ends}
        for result in results
        if store.is_current(result)
    }
    return {key: edges for key, edges in left.items() if edges}


@pytest.mark.parametrize("name", store.experiments())
def test_no_committed_grid_ends_at_its_best_value(name):
    assert left_at_the_edge(store.load_results(name)) == {}


def test_control_a_current_grid_that_ends_too_early(result):
    runs = [{**result["runs"][0], **run} for run in chose(0.1, 0.01)["runs"]]
    assert left_at_the_edge([{**result, "runs": runs}]) == {result["key"]: {0.1: 1}}
    ladder = [{**result["runs"][0], **run} for run in chose(LADDER[0], grid=LADDER)["runs"]]
    assert left_at_the_edge([{**result, "runs": ladder}]) == {}
