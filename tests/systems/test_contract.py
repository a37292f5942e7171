"""Every registered system, in every task that it takes, keeps `contract`."""

import pytest

from euar.systems import SYSTEMS
from tests.systems import contract

CASES = [
    pytest.param(system, task, id=f"{system.name}-{task}")
    for system in SYSTEMS.values()
    for task in system.tasks
]


@pytest.mark.parametrize(("system", "task"), CASES)
@pytest.mark.parametrize("check", contract.CHECKS, ids=lambda check: check.__name__)
def test_a_system(check, system, task):
    check(system, task)


@pytest.mark.parametrize(("system", "task"), CASES)
def test_a_system_survives_saving(system, task, tmp_path):
    contract.survives_saving(system, task, tmp_path)
