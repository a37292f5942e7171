"""The profiles that chapters scale themselves by."""

import pytest
import torch

from euar.profiles import choose_profile


def test_without_a_name_the_environment_decides(monkeypatch):
    monkeypatch.delenv("EUAR_PROFILE", raising=False)
    assert choose_profile().name == "smoke"
    monkeypatch.setenv("EUAR_PROFILE", "cpu")
    assert choose_profile().name == "cpu"
    assert choose_profile("smoke").name == "smoke"


def test_an_unknown_name_is_refused_with_the_list():
    with pytest.raises(ValueError, match=r"expected one of smoke, cpu, gpu, found 'full'"):
        choose_profile("full")


@pytest.mark.parametrize("found", [True, False])
def test_gpu_needs_cuda(monkeypatch, found):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: found)
    if found:
        assert choose_profile("gpu").device == "cuda"
    else:
        with pytest.raises(RuntimeError, match="finds none"):
            choose_profile("gpu")


def test_smoke_spends_no_more_than_the_others():
    smoke, cpu = choose_profile("smoke"), choose_profile("cpu")
    assert smoke.epochs <= cpu.epochs
    assert set(smoke.seeds) <= set(cpu.seeds)
