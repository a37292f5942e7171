import numpy as np
import pytest

from euar.chapters.findings.benchmarks import BENCHMARKS, LINEAR, PLAIN, gaps
from euar.experiments import paper
from euar.experiments.comparison import Comparison


def result(less):
    """One seed: 0.4 and 0.6 under noise on pictures less something; other tests are zero."""
    others = {
        "gaussian:5": 0.4 - less,
        "salt-pepper:10": 0.6 - 2 * less,
        "blank:10": 0.0,
        "without text": 0.0,
    }
    one = {
        "seed": 0,
        "test": {"accuracy": 0.9 - less},
        "others": {n: {"accuracy": v} for n, v in others.items()},
    }
    return {"runs": [one], "data": {"sha256": "0"}, "baselines": {"logistic": {"accuracy": 0.85}}}


def test_gaps_are_hundredths_of_the_clean_rows_or_means_over_noises_on_pictures():
    compared = Comparison({"default": result(0), PLAIN: result(0.1)})
    assert gaps(compared, PLAIN, "accuracy") == pytest.approx([10])
    assert gaps(compared, PLAIN, "accuracy", noisy=True) == pytest.approx([15])
    assert gaps(compared, "logistic", "accuracy") == pytest.approx([5])
    assert gaps(compared, LINEAR, "accuracy") is None


@pytest.mark.parametrize("title", BENCHMARKS)
def test_each_set_has_its_default_and_plain_experts_on_all_rows(title):
    compared = BENCHMARKS[title].compared()
    assert list(compared)[:2] == ["default", PLAIN]
    requests = [found["config"]["request"] for found in compared.values()]
    assert all(r["modalities"] is None and r["size"] is None for r in requests)
    assert np.isfinite(gaps(compared, PLAIN, BENCHMARKS[title].metric)).all()


def test_the_papers_lead_is_on_its_next_best_system():
    table = paper.table("table-1-image")
    best = sorted(v for s in table.rows if (v := table.fraction(s, "nyud accuracy")) is not None)[-2:]
    assert BENCHMARKS["NYU Depth V2"].lead() == pytest.approx(100 * (best[1] - best[0]))
