"""Probes: linear models of each modality on a set, kept as results."""

import numpy as np
import pytest

from euar.chapters.data_and_leaks import measure as probes
from euar.chapters.data_and_leaks.measure import Probe
from euar.data.catalogue import card
from euar.experiments import report
from euar.experiments.linear import baselines
from tests.experiments.schema import validate
from tests.training.tiny import dataset


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    data = dataset(240, groups=[f"g{row // 2}" for row in range(240)])
    return data.to_hdf5(tmp_path_factory.mktemp("probes") / "tiny.h5")


@pytest.fixture(scope="module")
def result(file):
    return Probe(data=str(file)).measure("data_and_leaks").record


def test_a_result_fits_the_schema(result):
    validate(result)


def test_the_key_is_known_before_measuring(file, result):
    assert Probe(data=str(file)).key() == result["key"]


def test_each_modality_is_probed_alone_on_every_split(result):
    data = dataset(240)
    assert list(result["probes"]) == list(data.modalities)
    alone = baselines(data.subset(mask=data.available["a"]).with_modalities(["a"]))["ridge"]
    assert result["probes"]["a"]["test"]["mae"] == pytest.approx(alone["mae"])
    assert result["probes"]["a"]["train"]["mae"] != result["probes"]["a"]["test"]["mae"]


def test_labels_and_groups_are_counted(result):
    data = dataset(240)
    for split in ("train", "valid", "test"):
        rows = data.split == split
        rounded = np.rint(np.clip(data.target[rows], -3, 3))
        expected = [int(np.sum(rounded == value)) for value in range(-3, 4)]
        assert result["labels"]["counts"][split] == expected
    assert result["groups"]["in several"] >= 0


def test_every_request_is_a_set_of_the_catalogue():
    asked = probes.measurements()
    assert len({(probe.data, probe.variant, probe.corruption) for probe in asked}) == len(asked) == 16


def test_the_table_shows_each_modality_all_and_the_constant(result):
    table = report.probe_table(result)
    assert list(table.columns[0].cells) == ["a", "b", "constant", "all"]
    assert f"{result['probes']['a']['test']['mae']:.3f}" in list(table.columns[1].cells)


@pytest.mark.parametrize("variant", ["official", "unseen-video"])
def test_the_card_says_which_way_each_split_leans(variant):
    counts = probes.by_condition()["mosi", variant, None]["labels"]["counts"]
    lean = {s: ("positive" if sum(c[4:]) > sum(c[:3]) else "negative") for s, c in counts.items()}
    words = f"`{variant}`: most non-zero training labels {lean['train']}, test labels {lean['test']}"
    assert words in " ".join(card("mosi").split())
