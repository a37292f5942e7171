"""The README shows what the results say, and its picture and links exist."""

import re

import pytest

from euar.chapters.findings.benchmarks import BENCHMARKS, LINEAR
from euar.experiments.comparison import Comparison
from tools import readme
from tools.readme import PICTURE, ROOT, fill

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_generated_blocks_are_up_to_date():
    assert fill(README) == README, "run `.venv/bin/python tools/readme.py`"


@pytest.mark.parametrize("block", ["timings", "results", "differences", "trained", "calibrated", "systems"])
def test_a_changed_number_would_be_noticed(block):
    begin = f"<!-- {block} -->\n"
    assert fill(README.replace(begin, f"{begin}0.123\n")) == README


def test_a_system_that_was_not_measured_on_a_set_is_said_so():
    every = BENCHMARKS["CMU-MOSEI (text)"].compared()
    fewer = Comparison({name: every[name] for name in every if name != LINEAR})
    plain, linear = readme._difference({"CMU-MOSEI (text)": fewer}, "CMU-MOSEI (text)").split(" | ")
    assert (plain != "not measured", linear) == (True, "not measured")


def test_a_missing_block_is_named():
    with pytest.raises(ValueError, match="expected <!-- timings -->"):
        fill("# euar\n")


def test_files_that_it_points_to_exist():
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert PICTURE in targets
    assert [target for target in targets if not (ROOT / target).exists()] == []
