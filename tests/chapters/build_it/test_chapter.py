"""The program has at most sixty lines, the page runs on the reader's parts, and the claim can fail."""

import re

import pytest
import torch

from euar.chapters import ClaimError
from euar.chapters.build_it.lines import code_lines
from tests.chapters import controls
from tests.chapters.build_it import program


def test_the_program_has_at_most_sixty_lines():
    lines = {part: code_lines(program.source(part)) for part in program.PARTS}
    assert all(lines.values())
    assert sum(lines.values()) <= 60


@pytest.mark.parametrize("part", program.PARTS)
def test_a_question_leads_to_each_part_of_the_program(part):
    questions = program.SOURCES[f"ex-{part}"].partition("```{exercise}")[0]
    assert re.search(r"\*\*[^*]+\?\*\*", questions)


def run(*cells, **names):
    return controls.run("build_it", *cells, **names)


def test_the_readers_part_stays_in_use():
    class Gate(program.names()["Gate"]):
        """The reader's own."""

    space = run("gate-solution", Gate=Gate)
    assert space["Gate"] is Gate


def test_a_solution_stands_in_for_a_stub():
    space = run("gate", "gate-solution")
    assert space["Gate"](3, 5, 2)(torch.zeros(4, 3))[1].shape == (4, 5)


def test_a_model_that_learned_from_shuffled_ratings_does_not_pass_the_claim():
    """The negative control: the same training on ratings that were dealt to the wrong rows."""
    defined = program.names()
    space = run("data", **{name: defined[name] for name in program.PARTS.values()})
    inputs, target = space["train_set"]
    rows = torch.arange(600)
    shuffled = target[torch.randperm(len(rows), generator=torch.Generator().manual_seed(0))]
    space["train_set"] = {m: x[rows] for m, x in inputs.items()}, shuffled
    exec(program.SOURCES["train"], space)
    with pytest.raises(ClaimError, match="60 lines minus ridge"):
        exec(program.SOURCES["claim"], space | {"package": [0.3, 0.31]})


def test_the_claim_on_the_package_fails_where_it_is_no_better():
    with pytest.raises(ClaimError, match="package minus ridge"):
        run("claim", bar=0.4, errors={0: 0.3, 1: 0.31}, package=[0.39, 0.41, 0.4])
