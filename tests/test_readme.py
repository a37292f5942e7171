"""The README shows what the results say, and its picture and links exist."""

import re

import pytest

from tools import readme
from tools.readme import PICTURE, ROOT, fill

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_generated_blocks_are_up_to_date():
    assert fill(README) == README, "run `.venv/bin/python tools/readme.py`"


@pytest.mark.parametrize("block", ["timings", "results", "differences", "systems"])
def test_a_changed_number_would_be_noticed(block):
    begin = f"<!-- {block} -->\n"
    assert fill(README.replace(begin, f"{begin}0.123\n")) == README


def test_gaps_under_noise_are_means_over_noises_alone(monkeypatch):
    def newest(_, rows):
        """One seed: 0.4 and 0.6 under noise, the MLP experts 0.1 lower; other tests are zero."""
        for row in rows:
            less = 0.1 * (row.system == "mlp-experts")
            others = {"gaussian:5": 0.4 - less, "blank:10": 0.6 - 2 * less, "without text": 0.0}
            scores = {name: {"accuracy": value} for name, value in others.items()}
            one = {"seed": 0, "test": {"accuracy": 0.9}, "others": scores}
            yield row, {"runs": [one], "data": {"sha256": "0"}, "baselines": {}}

    monkeypatch.setattr(readme.store, "newest", newest)
    plain, linear = "mlp-experts", "linear-experts"
    assert readme._gaps(plain, "mvsa", None, "accuracy", noisy=True) == pytest.approx([15])
    assert readme._gaps(plain, "mvsa", None, "accuracy") == pytest.approx([0])
    assert readme._gaps(linear, "mvsa", None, "accuracy", noisy=True) == pytest.approx([0])


def test_a_system_that_was_not_measured_on_a_set_is_said_so(monkeypatch):
    known = readme.store.newest
    monkeypatch.setattr(
        readme.store,
        "newest",
        lambda name, rows: [pair for pair in known(name, rows) if pair[0].system != "linear-experts"],
    )
    assert readme._difference("mvsa", None, "accuracy").endswith(" | not measured")


def test_a_missing_block_is_named():
    with pytest.raises(ValueError, match="expected <!-- timings -->"):
        fill("# euar\n")


def test_files_that_it_points_to_exist():
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert PICTURE in targets
    assert [target for target in targets if not (ROOT / target).exists()] == []
