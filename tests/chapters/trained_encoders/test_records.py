"""Results with encoders that train along, by name, and EUAR's lead as it was measured."""

import numpy as np
import pytest

from euar.chapters.trained_encoders import records
from euar.chapters.trained_encoders.measure import compared, differences, where
from euar.experiments.paired import plain
from euar.experiments.tables.compared import Effect
from euar.intervals import t_interval


def test_words_are_compared_with_the_frozen_ones_on_the_same_rows():
    trained, frozen = records.trained(records.WORDS), records.frozen_words()
    assert {"linear-head", "default", "mlp-experts"} <= set(trained)
    assert {"default", "mlp-experts"} <= set(frozen)
    assert trained.first["data"]["n"] == frozen.first["data"]["n"]
    assert set(records.ABLATIONS.values()) <= set(trained)


def test_what_is_not_measured_is_no_row(monkeypatch):
    monkeypatch.setattr(records, "newest", lambda *_: [])
    assert not records.trained(records.WORDS)
    assert records.leads(records.WORDS, "mae") == {}


def test_a_lead_is_the_difference_of_its_test_split_and_metric(monkeypatch):
    rows = [one for one in compared() if where(one) == records.WORDS]
    effects = {
        one.name: {
            t: {m: Effect(t_interval([i, i + 1.0]), i, 0, "seeds") for m in ("mae", "acc2")} for t in "ab"
        }
        for i, one in enumerate(rows)
    }

    def newest(_name, asked):
        return [
            (
                one,
                {
                    "effects": {
                        t: {m: plain(e) for m, e in of.items()} for t, of in effects[one.theirs.name].items()
                    }
                },
            )
            for one in asked
        ]

    monkeypatch.setattr(records, "newest", newest)
    found = records.leads(records.WORDS, "acc2", "b")
    assert list(found) == [records.title(one.name) for one in rows if one in differences()]
    assert all(
        lead == effects[one.name]["b"]["acc2"]
        for one, lead in zip(rows_but_ours(rows), found.values(), strict=True)
    )


def rows_but_ours(rows):
    return [one for one in rows if one in differences()]


def test_what_is_known_is_read_by_its_path_a_value_a_run():
    runs = [{"trials": {"test": {"views": {"text": {"kept": value}}}}} for value in (0.2, 0.4)]
    assert records.known({"runs": runs}, "test", "views", "text", "kept") == pytest.approx([0.2, 0.4])
    assert isinstance(records.known({"runs": runs}, "test", "views", "text", "kept"), np.ndarray)
