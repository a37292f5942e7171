"""What the environments of the hosted-notebook check contain."""

import check_colab
import pytest


@pytest.mark.parametrize(
    ("requirement", "pinned"), [("torch>=2.4,<3", "torch==2.4"), ("scikit-learn>=1.8", "scikit-learn==1.8")]
)
def test_a_lower_bound_becomes_a_pin(requirement, pinned):
    assert check_colab.lowest(requirement) == pinned


def test_the_lowest_environment_pins_what_the_package_needs_and_the_newest_nothing():
    low, new = check_colab.requirements("lowest"), check_colab.requirements("newest")
    assert "torch==2.4" in low
    assert "torch>=2.4,<3" in new
    assert len(low) == len(new)
    assert set(check_colab.KERNEL) < set(low)


def test_neither_settings_nor_this_checkout_reach_the_chapters(monkeypatch, tmp_path):
    monkeypatch.setenv("EUAR_DATA", "somewhere")
    monkeypatch.setenv("PYTHONPATH", "here")
    found = check_colab.outside(tmp_path)
    assert not {"EUAR_DATA", "PYTHONPATH"} & set(found)
    assert found["PATH"].startswith(str(tmp_path / "venv" / "bin"))
