"""The README shows what the results say, and its picture and links exist."""

import re

import pytest

from tools.readme import PICTURE, ROOT, _scores, fill

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_generated_blocks_are_up_to_date():
    assert fill(README) == README, "run `.venv/bin/python tools/readme.py`"


@pytest.mark.parametrize("block", ["timings", "results", "differences"])
def test_a_changed_number_would_be_noticed(block):
    begin = f"<!-- {block} -->\n"
    assert fill(README.replace(begin, f"{begin}0.123\n")) == README


def test_scores_under_noise_are_means_over_noises_alone():
    others = {"gaussian:5": {"acc2": 0.4}, "blank:10": {"acc2": 0.6}, "without text": {"acc2": 0.0}}
    result = {"runs": [{"test": {"acc2": 0.9}, "others": others}]}
    assert _scores(result, "acc2", noisy=True) == [0.5]
    assert _scores(result, "acc2", noisy=False) == [0.9]


def test_a_missing_block_is_named():
    with pytest.raises(ValueError, match="expected <!-- timings -->"):
        fill("# euar\n")


def test_files_that_it_points_to_exist():
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert PICTURE in targets
    assert [target for target in targets if not (ROOT / target).exists()] == []
