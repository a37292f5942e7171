"""Every benchmark runs, and what it leaves behind is whole."""

import json
from importlib import import_module
from types import SimpleNamespace

import pytest
import torch

from benchmarks import NAMES, floor, naive, peers, record, step, trimodal
from benchmarks.rows import ahead, at_least, at_most, lowest, row
from euar.experiments import store
from euar.files import DamagedFileError, write_json
from euar.moe import UncertaintyAwareMoE

CPU = torch.device("cpu")


def test_a_quick_record_is_whole(quick):
    found = record.read(quick)
    assert found["name"] == quick.stem
    assert found["command"] == f"euar bench {quick.stem} --quick"
    assert found["environment"]["threads"] == 1
    assert found["environment"]["torch"] == torch.__version__
    assert found["environment"]["device"]
    assert len(found["code"]["sha256"]) == 64
    assert found["rows"]
    for line in found["rows"]:
        assert line["rounds"] >= 1
        for way in found["ours"]:
            spread = line["ratios"][way][found["over"]]
            assert 0 < spread["low"] <= spread["median"] <= spread["high"]


def test_a_quick_run_leaves_the_results_alone():
    assert record.folder_of(CPU).parts[-3:] == ("results", "benchmarks", "cpu")
    assert "benchmarks" not in store.experiments()  # they lie a level deeper than results of experiments


def test_quick_runs_go_where_builds_go(monkeypatch, tmp_path):
    monkeypatch.setattr(record, "ROOT", tmp_path)
    monkeypatch.setattr(record, "measured", lambda *_: {"rows": []})
    assert list(record.run(["layer"], quick=True)) == [
        tmp_path / "_build" / "benchmarks" / "cpu" / "layer.json"
    ]
    assert list(record.run(["layer"])) == [tmp_path / "results" / "benchmarks" / "cpu" / "layer.json"]


def test_all_is_every_benchmark_and_says_where_it_is(monkeypatch, tmp_path, capsys):
    module = SimpleNamespace(
        CELLS={"full": [{"batch": 16, "experts": 8}, {"batch": 16, "experts": 32}]},
        OURS=("ours",),
        OVER="naive",
        measure=lambda cell, effort, device: [{"cell": cell}],
        goals=lambda rows: [],
    )
    monkeypatch.setattr(record, "import_module", lambda _: module)
    paths = list(record.run(["all"], out=tmp_path))
    assert [path.stem for path in paths] == list(NAMES)
    assert [one["cell"]["experts"] for one in record.read(paths[0])["rows"]] == [8, 32]
    told = capsys.readouterr().err
    assert (
        "layer 1 of 2: B = 16, N = 8; about 20 s left\nlayer 2 of 2: B = 16, N = 32; about 10 s left" in told
    )


def test_on_a_gpu_all_leaves_out_what_asks_about_the_cpu(monkeypatch, tmp_path):
    monkeypatch.setattr(record, "resolve", torch.device)
    monkeypatch.setattr(record, "measured", lambda *_: {})
    asked = [path.stem for path in record.run(["all"], device="cuda", out=tmp_path)]
    assert asked == [name for name in NAMES if name not in ("row", "where")]
    with pytest.raises(ValueError, match="found 'where' on cuda"):
        list(record.run(["where"], device="cuda", out=tmp_path))


def test_a_missing_peer_is_said(monkeypatch, capsys):
    monkeypatch.setattr(peers, "installed", lambda: {"tutel": False, "st-moe-pytorch": True})
    list(record._announced("layer", [{"batch": 1}], record.EFFORTS["quick"]))
    told = capsys.readouterr().err
    assert "without tutel" in told
    assert "st-moe" not in told


def test_unknown_names_list_the_known(tmp_path):
    with pytest.raises(ValueError, match=r"expected one of layer, .* or all, found 'speed' on cpu"):
        list(record.run(["layer", "speed"], out=tmp_path))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("field", ["rows", "over", "environment"])
def test_a_record_without_a_field_is_one_named_error(quick, field, tmp_path):
    content = json.loads(quick.read_text())
    del content[field]
    write_json(tmp_path / "layer.json", content)
    with pytest.raises(DamagedFileError, match=f"{field} .*euar bench layer"):
        record.read(tmp_path / "layer.json")


@pytest.mark.parametrize("name", NAMES)
def test_reduced_cells_are_cells_that_a_full_run_measures(name):
    module = import_module(f"benchmarks.{name}")
    if name == "growth":
        (reduced,), (full,) = module.CELLS["reduced"], module.CELLS["full"]
        assert set(reduced["numbers"]) < set(full["numbers"])
        assert {**reduced, "numbers": 0} == {**full, "numbers": 0}
    else:
        assert all(cell in module.CELLS["full"] for cell in module.CELLS["reduced"])


def counted(call):
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        call()
    return counter.get_total_flops()


def test_the_floor_of_all_is_what_pytorch_counts_in_the_loop():
    cell = {"batch": 6, "experts": 5, "dim": 8}
    loop = naive.like(UncertaintyAwareMoE(8, 5, 3))
    x = torch.randn(6, 8, requires_grad=True)

    def training():
        hidden, losses = loop(x)
        (hidden.sum() + sum(losses.values())).backward()

    assert counted(training) == floor.flops(cell, asked=5, answers=16, passes=3)
    with torch.no_grad():
        assert counted(lambda: loop.means(x)) == floor.flops(cell, asked=5, answers=8, passes=1)


def test_the_floor_of_a_step_is_what_pytorch_counts_in_the_naive_model():
    model = trimodal.NaiveModel(experts=5, dim=8)
    inputs = [torch.randn(16, width) for width in trimodal.WIDTHS.values()]

    def training():
        prediction, penalty = model(*inputs)
        (prediction.sum() + penalty).backward()

    assert counted(training) == step.floors({"batch": 16, "experts": 5, "dim": 8, "k": 3})["all"]


def test_a_row_pairs_its_rounds_and_measures_against_the_floor():
    times = {"naive": [4.0, 40.0], "ours": [1.0, 10.0], "mm": [0.5, 5.0]}
    found = row({"batch": 2}, times, ("naive", "absent"), {"needed": 2 * floor.SIDES["cpu"] ** 3}, CPU)
    assert found["ratios"] == {"naive": {}, "ours": {"naive": {"median": 4, "low": 4, "high": 4}}}
    assert found["over_floor"]["ours"]["needed"]["median"] == 2
    assert found["floor_ms"] == {"needed": 2750}
    assert found["ms"]["naive"]["median"] == 22000
    assert found["rounds"] == 2


def test_goals_are_met_at_their_value_and_not_below():
    at = {"median": 5.0, "low": 4.0, "high": 6.0}
    assert at_least("x", at, 5)["met"]
    assert not at_least("x", at, 5.01)["met"]
    assert at_most("x", at, 5)["met"]
    assert not at_most("x", at, 4.99)["met"]


def lines(cells, value):
    """Rows in which all of ours are `value` times as fast as every rival, and at `value` times each floor."""
    rivals = (
        "naive",
        "naive, means alone",
        "dispatcher",
        "tutel",
        "naive, one seed",
        "naive, in turn",
        "dense",
    )
    ways = ("selected", "all", "ours", "sorted", "selected, at once", "all, at once", "at once")
    spread = {"median": value, "low": value, "high": value}
    return [
        {
            "cell": cell,
            "ratios": {way: dict.fromkeys(rivals, spread) for way in ways},
            "over_floor": {way: {"all": spread} for way in ways},
            "growth": dict.fromkeys(ways, spread),
        }
        for cell in cells
    ]


@pytest.mark.parametrize(
    ("name", "goals"), [("layer", 11), ("predict", 4), ("step", 2), ("seeds", 2), ("row", 1), ("memory", 1)]
)
def test_each_goal_can_be_met_and_missed(name, goals):
    module = import_module(f"benchmarks.{name}")
    for value in (1e-3, 1e3):
        judged = module.goals(lines(module.CELLS["full"], value))
        assert len(judged) == goals
        assert all(one["met"] == (value > 1 if "at_least" in one else value < 1) for one in judged)
    assert not [one for one in module.goals(lines(module.CELLS["quick"], 1.0)) if "N = 32" in one["what"]]


def test_growth_is_judged_at_its_last_number_alone():
    growth = import_module("benchmarks.growth")
    cells = [{"batch": 16, "experts": n} for n in (8, 1024)]
    (goal,) = growth.goals(lines(cells, 3.9))
    assert goal["met"]
    assert not growth.goals(lines(cells, 4.1))[0]["met"]
    assert growth.goals(lines(cells[:1], 3.9)) == []


def test_the_least_lead_is_found_where_it_is():
    first, second = lines([{"batch": 1}, {"batch": 2}], 5.0)
    second["ratios"]["all"] = {"naive": {"median": 1.2, "low": 1, "high": 2}}
    assert lowest([first, second], ("selected", "all"), "naive") == (second, "all")
    assert lowest([first], ("selected",), "absent") is None


def test_a_goal_says_how_far_ahead_the_floor_would_be():
    (measured,) = lines([{"batch": 1}], 5.0)
    measured["over_floor"]["naive, one seed"] = {"selected": {"median": 7.5, "low": 7, "high": 8}}
    of_floor = ahead("x", measured, "selected, at once", "naive, one seed", 8)
    assert (of_floor["found"]["median"], of_floor["met"], of_floor["at_floor"]) == (5.0, False, 7.5)
    assert ahead("x", measured, "all", "naive", 2)["at_floor"] is None  # none was measured
