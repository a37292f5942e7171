"""Probes: linear models of each modality on a set, kept as results."""

import json

import jsonschema
import numpy as np
import pytest

from euar.chapters.data_and_leaks import measure as probes
from euar.chapters.data_and_leaks.measure import Probe
from euar.experiments import report, store
from euar.experiments.linear import baselines
from euar.files import to_json
from euar.resources import resource
from tests.training.tiny import dataset

SCHEMA = json.loads(resource("euar/experiments/probe.schema.json").read_text())


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    data = dataset(240, groups=[f"g{row // 2}" for row in range(240)])
    return data.to_hdf5(tmp_path_factory.mktemp("probes") / "tiny.h5")


@pytest.fixture(scope="module")
def result(file):
    return Probe(data=str(file)).measure("probes")


def test_a_result_fits_its_schema(result):
    jsonschema.validate(json.loads(to_json(result)), SCHEMA)


@pytest.mark.parametrize(
    "path", sorted(store.resource("results").glob("probes/*.json")), ids=lambda p: p.stem
)
def test_a_committed_result_fits_it_too(path):
    jsonschema.validate(json.loads(path.read_text()), SCHEMA)


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
    requests = probes.requests()
    assert len({(probe.data, probe.variant, probe.corruption) for probe in requests}) == len(requests) == 16


def test_newest_finds_results_in_the_order_of_the_requests(result, tmp_path):
    for name, variant in (("nyud", None), ("mosi", "leaked"), ("mosi", "official")):
        data = result["data"] | {"name": name, "variant": variant}
        key = f"{name}{variant}".encode().hex()[:16]
        store.save_result(result | {"data": data, "key": key}, tmp_path)
    assert list(probes.newest(tmp_path)) == [
        ("mosi", "official", None),
        ("mosi", "leaked", None),
        ("nyud", None, None),
    ]


def test_the_table_shows_each_modality_all_and_the_constant(result):
    table = report.probe_table(result)
    assert list(table.columns[0].cells) == ["a", "b", "constant", "all"]
    assert f"{result['probes']['a']['test']['mae']:.3f}" in list(table.columns[1].cells)
