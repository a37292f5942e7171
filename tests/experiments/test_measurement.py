"""What every measurement gets from its base: the key, where the result comes from, and the schema."""

import json
from contextlib import contextmanager
from dataclasses import dataclass, replace

import jsonschema
import pytest

from euar.data import simulate
from euar.experiments.measurement import Measurement, Observation
from euar.experiments.row import Row
from euar.experiments.train import Train
from euar.resources import resource
from euar.training import Recipe, provenance
from tests.experiments.schema import stored, validate

COMMITTED = sorted(resource("results").glob("*/*.json"))


@dataclass(frozen=True, kw_only=True)
class Rows(Measurement):
    """Counts rows: the smallest measurement there can be."""

    @property
    def name(self):
        return "rows"

    def settings(self, dataset):  # noqa: ARG002
        return {"model": {"type": "euar.model.EUARConfig"}}

    def observe(self, dataset):
        return Observation({"rows": len(dataset), "baselines": {"none": {"rows": 0}}}, {})


def test_a_result_has_the_schema(result):
    validate(result)


def test_a_measurement_needs_to_say_three_things(data_file):
    asked = Rows(data=str(data_file))
    record, predictions = asked.measure("tiny")
    validate(record)
    assert (record["rows"], record["experiment"], predictions) == (120, "tiny", {})
    assert record["config"]["request"] == {"data": str(data_file), "variant": None}
    assert record["config"]["measurement"].endswith("test_measurement.Rows")


@pytest.mark.parametrize("name", ["key", "config", "baselines", "data"])
def test_the_schema_notices_what_is_missing(result, name):
    with pytest.raises(jsonschema.ValidationError, match=f"'{name}' is a required property"):
        validate({part: value for part, value in result.items() if part != name})


@pytest.mark.parametrize("part", ["config", "data", "code", "environment"])
def test_the_schema_notices_what_is_new_in_the_origin(result, part):
    with pytest.raises(jsonschema.ValidationError, match="'note' was unexpected"):
        validate({**result, part: {**result[part], "note": "hello"}})


def test_the_key_is_known_before_measuring_and_every_field_counts(asked, result):
    assert asked.key() == result["key"]
    changes = {"system": "concat", "seeds": (0,), "recipe": Recipe(epochs=3), "device": "auto"}
    keys = {replace(asked, **{name: value}).key() for name, value in changes.items()}
    assert len(keys | {asked.key()}) == len(changes) + 1


def test_the_key_is_the_hash_of_config_data_and_code(result):
    code = provenance.code_sha256(["euar.model.EUARConfig", "euar.experiments.train.Train"])
    assert result["code"]["sha256"] == code
    assert result["key"] == provenance.key(stored(result)["config"], result["data"]["sha256"], code)


DECIDES = (
    *("experiments/train.py", "experiments/measurement.py", "experiments/linear.py", "systems/linear.py"),
    *("training/fit.py", "training/loop.py", "training/predict.py"),
    *("data/corruption/noise.py", "data/corruption/missing.py"),
    *("data/features/attach.py", "data/features/corruptions.py"),
)
CARRIES = (
    *("experiments/store.py", "experiments/report.py", "files.py", "progress.py"),
    *("data/storage.py", "data/features/minilm.py"),
)


@contextmanager
def changed(file, monkeypatch):
    """A change of one file's code, as the hash of the code reads it."""
    read = provenance._read

    def after(source, *stamp):
        meaning, imports = read(source, *stamp)
        return (meaning + "changed" if source.as_posix().endswith(f"/euar/{file}") else meaning), imports

    with monkeypatch.context() as patch:
        patch.setattr(provenance, "_read", after)
        yield


def test_what_measures_is_in_the_key(data_file, monkeypatch):
    asked = Train(data=str(data_file), device="cpu")
    before = asked.key()
    for file in DECIDES:
        with changed(file, monkeypatch):
            assert asked.key() != before, file
    for file in CARRIES:
        assert (provenance._PACKAGE / file).exists()
        with changed(file, monkeypatch):
            assert asked.key() == before, file


def test_what_chooses_the_rate_is_in_the_key_of_a_row(monkeypatch):
    asked, data = Row(data="simulated"), simulate(n=(32, 16, 16))
    before = asked.key(data)
    for file in ("training/grid.py", "experiments/rates.py", "experiments/row.py"):
        with changed(file, monkeypatch):
            assert asked.key(data) != before, file


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_committed_result_fits_the_schema_and_bears_its_key(path):
    result = json.loads(path.read_text())
    validate(result)
    assert result["experiment"] == path.parent.name
    origin = result["config"], result["data"]["sha256"], result["code"]["sha256"]
    assert path.stem == result["key"] == provenance.key(*origin)
