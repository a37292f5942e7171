"""The registry: its order, what it refuses, and a system from outside the package that trains."""

import subprocess
import sys
from dataclasses import replace
from typing import get_args

import pytest

from euar.model import EUARConfig
from euar.systems import registry
from euar.systems.concat import SYSTEM as CONCAT
from euar.systems.late_fusion import SYSTEM as LATE_FUSION
from euar.systems.registry import SYSTEMS, Registry, System, find, register
from euar.training import fit
from tests.training.tiny import dataset

#: All that a researcher writes to compare a system: a configuration, an output, a model, its row.
MINE = """
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from euar.systems import LossTerms, MultimodalModel, System, SystemConfig


@dataclass(frozen=True)
class MineConfig(SystemConfig):
    ramp: int = 2

    def build(self):
        return Mine(self)


class Output(NamedTuple):
    prediction: Tensor
    norm: Tensor


class Mine(MultimodalModel):
    def __init__(self, config):
        super().__init__(config)
        self.head = nn.Linear(config.dim, config.outputs)

    def forward(self, inputs, available=None, generator=None):
        joint = sum(self.project(inputs, available or {}).values())
        return Output(self.shaped(self.head(joint)), joint.square().mean())

    def loss(self, output, target):
        task, ramp = self.task_loss(output.prediction, target), min(1.0, self.epoch / self.config.ramp)
        parts = {"norm": output.norm, "ramp": torch.tensor(ramp)}
        return LossTerms(task + 1e-3 * ramp * output.norm, task, parts)


MINE = System(
    name="mine", label="my system", config=MineConfig, tasks=("regression",), min_modalities=2,
    source="this file", faithful="all of it",
)
"""


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """The module in a package that lies on the path for one test."""
    (tmp_path / "lab").mkdir()
    (tmp_path / "lab" / "__init__.py").touch()
    (tmp_path / "lab" / "mine.py").write_text(MINE)
    (tmp_path / "lab" / "broken.py").write_text("import no_such_library\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "lab"]:
        del sys.modules[name]


@pytest.fixture
def fresh(monkeypatch):
    """A registry that a test may add to."""
    monkeypatch.setattr(registry, "SYSTEMS", Registry("euar.systems"))
    return registry.SYSTEMS


def test_the_order_is_that_of_tables():
    order = ["default", "paper", "released", "linear-experts", "mlp-experts", "concat", "late-fusion"]
    assert [name for name in SYSTEMS if name in order] == order
    kinds = [get_args(registry.Kind).index(system.kind) for system in SYSTEMS.values()]
    assert kinds == sorted(kinds)


def test_names_and_labels_are_unique_and_rows_describe_themselves():
    for field in ("name", "label"):
        assert len({getattr(system, field) for system in SYSTEMS.values()}) == len(SYSTEMS)
    assert all(system.source and system.faithful for system in SYSTEMS.values())
    assert all(name == system.name for name, system in SYSTEMS.items())


def test_the_presets_are_systems():
    widths = {"a": 3, "b": 2}
    assert find("default").configure(widths) == EUARConfig(widths)
    assert find("paper").configure(widths) == EUARConfig.paper(widths)
    assert find("released").configure(widths) == EUARConfig.released(widths)
    classes = find("released").configure(widths, "classification", 3)
    assert classes == EUARConfig.released(widths, task="classification", outputs=3, task_loss=None)


def test_a_system_refuses_data_that_it_does_not_take():
    with pytest.raises(
        ValueError, match="late-fusion: in_features: expected at least 2 modalities, found 1: text"
    ):
        LATE_FUSION.configure({"text": 3})
    ratings = replace(CONCAT, tasks=("regression",))
    with pytest.raises(
        ValueError, match="concat: task: expected one of 'regression', found 'classification'"
    ):
        ratings.configure({"text": 3}, "classification", 3)


def test_changes_reach_the_configuration():
    assert CONCAT.configure({"text": 3}, dim=5).dim == 5


def test_a_field_that_the_system_lacks_is_named_beside_those_it_has():
    with pytest.raises(ValueError, match="k: concat has no such field; it has in_features, dim"):
        CONCAT.configure({"text": 3}, dim=5, k=2)


@pytest.mark.usefixtures("mine")
def test_a_system_from_outside_trains_by_its_address():
    system, data = find("lab.mine:MINE"), dataset()
    assert (system.name, system.label) == ("mine", "my system")
    config = system.configure(data.in_features, data.task)
    run = fit(config, data, epochs=3, lr=1e-2, device="cpu", progress=False)[0]
    assert [epoch["ramp"] for epoch in run.history] == [0.5, 1.0, 1.0]
    assert all(epoch["norm"] > 0 for epoch in run.history)
    assert run.history[-1]["task"] < run.history[0]["task"]


@pytest.mark.usefixtures("mine")
def test_a_configuration_from_outside_is_a_system_of_its_own():
    system = find("lab.mine:MineConfig")
    assert (system.name, system.label) == ("lab.mine:MineConfig", "MineConfig")
    assert system.configure({"a": 3}, ramp=5).ramp == 5


@pytest.mark.usefixtures("mine")
def test_a_registered_system_is_found_by_name_in_its_place(fresh):
    register(find("lab.mine:MINE"))
    assert find("mine").label == "my system"
    register(replace(find("mine"), name="mean", label="mean", kind="fusion"))
    last = {system.kind: name for name, system in fresh.items()}
    assert (last["fusion"], last["published"], list(fresh)[-1]) == ("mean", "mine", "mine")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"label": "other"}, "name: expected none of default, .*, found 'concat'"),
        ({"name": "other"}, "label: expected none of EUAR, .*, found 'concat'"),
        ({"name": "a:b", "label": "other"}, "name: expected some letters without a colon"),
        ({"name": "", "label": "other"}, "name: expected some letters without a colon"),
    ],
)
def test_a_name_or_label_is_given_once(changes, message, fresh):
    before = dict(fresh)
    with pytest.raises(ValueError, match=message):
        register(replace(CONCAT, **changes))
    assert dict(fresh) == before


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("concatenate", "expected one of default, paper, .*, or module:attribute, found 'concatenate'"),
        (":x", "or module:attribute, found ':x'"),
        ("lab.mine:", "or module:attribute, found 'lab.mine:'"),
        ("nowhere:x", "a module that can be imported, found 'nowhere'; .* take one of default"),
        ("lab.nowhere:x", "a module that can be imported, found 'lab.nowhere'"),
        ("lab.mine:THEIRS", "'THEIRS' of module 'lab.mine' to be .* found nothing of that name; .* default"),
        ("lab.mine:__name__", "to be a System or a configuration, found str"),
    ],
)
@pytest.mark.usefixtures("mine")
def test_what_cannot_be_found_is_named_beside_what_can(name, message):
    with pytest.raises(ValueError, match=message):
        find(name)


@pytest.mark.usefixtures("mine")
def test_a_module_that_lacks_a_library_says_so_itself():
    with pytest.raises(ModuleNotFoundError, match="no_such_library"):
        find("lab.broken:x")


def test_the_package_is_light_until_someone_looks():
    code = "import sys, euar; assert 'torch' not in sys.modules; import euar.systems; "
    code += "assert 'euar.systems.concat' not in sys.modules; assert 'concat' in euar.systems.SYSTEMS"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.usefixtures("mine")
def test_a_package_whose_modules_agree_on_a_name_is_refused(tmp_path):
    (tmp_path / "lab" / "twin.py").write_text(MINE.replace("my system", "another"))
    (tmp_path / "lab" / "broken.py").unlink()
    for _ in range(2):  # and again, rather than half a registry
        with pytest.raises(ValueError, match="name: expected none of mine, found 'mine'"):
            len(Registry("lab"))


def test_a_system_is_data():
    assert isinstance(SYSTEMS["concat"], System)
    assert SYSTEMS["concat"] is CONCAT
    assert "nothing" not in SYSTEMS
    assert SYSTEMS.get("nothing") is None
