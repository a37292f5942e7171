"""The results of the sweep: in order of the weight of one coordinate, and as loops over records have them."""

import numpy as np
import pytest
import torch

from euar.chapters.kl_regularisation.measure import Sweep
from euar.chapters.kl_regularisation.sweep import VIEWS, Setting, against, by_title, spread


def setting(seeds=2, **asked):
    generator = np.random.default_rng(len(asked))
    quantities = ("variance", "head", "weights")

    def state():
        return {view: dict(zip(quantities, generator.uniform(1, 2, 3), strict=True)) for view in VIEWS}

    def run():
        states = {moment: state() for moment in ("start", "selected", "last")}
        errors = {"test": {"mae": generator.uniform()}, "last": {"test": {"mae": generator.uniform()}}}
        return {"states": states, "curves": {"head": [3, 2, 1]}, **errors}

    model = {"num_experts": 8, "dim": 64}
    return Setting(Sweep(**asked), {"config": {"model": model}, "runs": [run() for _ in range(seeds)]})


@pytest.mark.parametrize(
    ("asked", "title", "weight"),
    [
        ({"alpha": 0.0}, "alpha = 0", 0),
        ({"alpha": 1e-3}, "alpha = 0.001, mean", 1e-3 / 8 / 64),
        ({"alpha": 0.01, "reduce": "sum"}, "alpha = 0.01, sum", 0.01 / 8),
        ({"alpha": 0.0, "reduce": "sum", "lam": 1e-3}, "alpha = 0, sum, with U", 0),
    ],
)
def test_a_setting_has_a_title_and_a_weight(asked, title, weight):
    found = setting(**asked)
    assert found.title == title
    assert found.weight == pytest.approx(weight)


def test_settings_stand_in_order_of_the_weight_and_those_with_the_u_loss_last():
    asked = [{"alpha": 1e-3, "lam": 1e-3}, {"alpha": 0.1}, {"alpha": 0.01, "reduce": "sum"}, {"alpha": 0.0}]
    found = by_title((one.asked, one.result) for one in (setting(**each) for each in asked))
    assert list(found) == [
        "alpha = 0",
        "alpha = 0.1, mean",
        "alpha = 0.01, sum",
        "alpha = 0.001, mean, with U",
    ]


def test_states_are_means_over_views_one_a_seed():
    one = setting(alpha=0.1)
    for i, run in enumerate(one.runs):
        start, last = (np.mean([run["states"][m][v]["head"] for v in VIEWS]) for m in ("start", "last"))
        assert one.state("last", "head")[i].item() == pytest.approx(last)
        assert one.change("head")[i].item() == pytest.approx(last / start)
        alone = run["states"]["selected"]["style"]["variance"]
        assert one.state("selected", "variance", ["style"])[i].item() == pytest.approx(alone)


def test_errors_are_those_of_the_moment_and_curves_keep_their_epochs():
    one = setting(alpha=0.1, seeds=3)
    assert one.test_error("selected").tolist() == pytest.approx([r["test"]["mae"] for r in one.runs])
    assert one.test_error("last").tolist() == pytest.approx([r["last"]["test"]["mae"] for r in one.runs])
    assert one.curve("head").shape == (3, 3)


def test_coordinates_read_are_all_for_equal_weights_and_one_for_a_single_weight():
    one = setting(alpha=0.1)
    for weights, count in ((torch.full((64,), 0.3), 64), (0.3 * torch.eye(64)[5], 1)):
        for run in one.runs:
            found = {"head": weights.abs().mean().item(), "weights": weights.square().sum().item()}
            run["states"]["last"]["style"] |= found
        assert one.read("last", "style").tolist() == pytest.approx([count] * 2)


def test_points_against_the_weight_keep_reductions_and_moments_apart():
    settings = [setting(alpha=0.1), setting(alpha=0.01), setting(alpha=0.1, reduce="sum")]
    found = against(settings, lambda s, moment: s.state(moment, "head"))
    assert [key[1] for key in found] == ["selected", "last"] * 2
    weights, values = found["mean", "last"]
    assert weights.tolist() == pytest.approx([0.1 / 512] * 2 + [0.01 / 512] * 2)
    assert values.tolist() == [*settings[0].state("last", "head"), *settings[1].state("last", "head")]
    assert len(found["sum", "selected"][0]) == 2


def test_a_spread_is_mean_and_standard_deviation_of_a_sample():
    assert spread(torch.tensor([1.0, 2.0, 3.0])) == "2.00 ± 1.00"
