"""Several processes find what one finds."""

import sys
from contextlib import contextmanager

import pytest

from euar.systems import SYSTEMS
from euar.training import TrainingError, fit
from tests.training.breaking import BreakingConfig
from tests.training.tiny import dataset

WIDTHS = {"a": 3, "b": 2}
USUAL = {"epochs": 3, "batch_size": 17, "lr": 0.01, "device": "cpu"}  # 60 rows: the last batch has 9


def breaking(tmp_path, end="error"):
    return BreakingConfig(WIDTHS, dim=8, num_experts=4, fuse=str(tmp_path / "fuse"), end=end)


def assert_close(run, other):
    for here, there in zip(run.history, other.history, strict=True):
        assert here == pytest.approx(there, rel=1e-5, abs=1e-5)
    assert run.predictions["test"] == pytest.approx(other.predictions["test"], abs=1e-5)


def test_two_devices_find_what_one_finds_with_the_same_batches():
    config = SYSTEMS["concat"].configure(WIDTHS)
    (run,) = fit(config, dataset(), devices=2, strategy="ddp", **USUAL)
    assert_close(run, fit(config, dataset(), **USUAL)[0])
    assert run.identity is None


def test_two_devices_with_noise_are_one_with_two_parts_and_go_on_after_a_failure(tmp_path):
    config, out = breaking(tmp_path), tmp_path / "out"
    shared = {"devices": 2, "seeds": (0, 1)} | USUAL
    with pytest.raises(RuntimeError, match="the fuse has blown"):
        fit(config, dataset(), out=out, **shared)
    assert {path.name for path in out.rglob("checkpoint*")} == {"checkpoint.pt"}
    (tmp_path / "fuse").touch()
    runs = fit(config, dataset(), out=out, **shared)
    for run, alone in zip(runs, fit(config, dataset(), accumulate=2, seeds=(0, 1), **USUAL), strict=True):
        assert_close(run, alone)


def test_jobs_share_the_seeds_and_change_nothing_but_rounding(tmp_path):
    config, out = breaking(tmp_path, end="nan"), tmp_path / "out"
    shared = {"seeds": (4, 2, 0)} | USUAL
    with pytest.raises(TrainingError, match=r"seed ., epoch 2, step 1 of 4: total not finite"):
        fit(config, dataset(), out=out, jobs=2, **shared)
    (tmp_path / "fuse").touch()
    runs = fit(config, dataset(), out=out, jobs=2, **shared)
    assert [run.seed for run in runs] == [4, 2, 0]
    for run, other in zip(runs, fit(config, dataset(), **shared), strict=True):
        assert_close(run, other)  # a stack of two seeds may round its sums otherwise than one of three


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"devices": 0}, "devices: expected an int of at least 1, found 0"),
        ({"jobs": 0}, "jobs: expected an int of at least 1, found 0"),
        ({"devices": 2, "jobs": 2}, "jobs: expected 1 with several devices, .*, found 2"),
        ({"strategy": "fsdp"}, "strategy: expected one of 'auto', 'ddp', .*, found 'fsdp'"),
        ({"devices": 2, "device": "cpu:0"}, "device: expected 'cpu' or 'cuda' for 2 devices, found 'cpu:0'"),
    ],
)
def test_bad_settings_are_named(changes, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        fit(breaking(tmp_path), dataset(), **USUAL | changes)


@pytest.mark.parametrize("change", [{"devices": 2}, {"precision": "bf16-mixed"}])
def test_without_fabric_one_device_in_float32_trains_and_all_else_says_what_to_install(
    change, tmp_path, monkeypatch
):
    monkeypatch.setitem(sys.modules, "lightning_fabric", None)  # as if it were not installed
    config = SYSTEMS["concat"].configure(WIDTHS)
    assert fit(config, dataset(), **USUAL)
    with pytest.raises(ValueError, match=r'expected Lightning Fabric, .*pip install "euar\[distributed\]"'):
        fit(config, dataset(), out=tmp_path / "out", **USUAL | change)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "how", [{}, {"jobs": 2}, {"seeds": (0,)}, {"patience": 1, "lr": 3.0, "seeds": (0,), "epochs": 20}]
)
def test_progress_hears_of_every_epoch_wherever_it_is_made(how, monkeypatch):
    heard = []

    @contextmanager
    def bar(_wanted, total):
        heard.append(-total)
        yield lambda _text, epochs: heard.append(epochs)

    monkeypatch.setattr(sys.modules["euar.training.fit"], "progress_bar", bar)
    fit(SYSTEMS["concat"].configure(WIDTHS), dataset(), **{"seeds": (0, 1)} | USUAL | how)
    assert sum(heard) == pytest.approx(0)
    assert len(heard) > 6  # by the epoch, and by the step where one trains alone
