"""The homework: assigned without answers and hidden tests, graded on right answers and on usual mistakes."""

import json
import subprocess
import sys

import nbformat
import pytest

from tests.book.conftest import ROOT

SOURCE = ROOT / "homework" / "gate_and_losses.ipynb"
RIGHT = {  # other words than the solution's
    "gating": """
def gate_weights(logits, k):
    probs = torch.softmax(logits, -1)
    least = probs.sort(dim=-1, descending=True).values[:, k - 1 : k]
    return probs * (probs >= least)


def logit_slopes(probs, chosen, scores):
    jacobian = torch.diag(probs) - torch.outer(probs, probs)
    return jacobian @ (chosen * scores)
""",
    "kl": """
def kl(mean, log_var):
    return -0.5 * (1 + log_var - mean**2 - torch.exp(log_var))


def resting_variance(c, a):
    return 1 / (1 + 2 * c / a)
""",
    "uncertainty": """
def u_loss(weights, variance):
    return (weights[..., None] * variance).mean()


def router_loss(weights, variance):
    certain = variance.mean(-1).detach()
    return ((weights * certain).sum(1) / weights.sum(1)).mean()
""",
}
WRONG = {  # all pass what students see
    "gating": """
def gate_weights(logits, k):  # renormalised over k
    top, index = logits.topk(k, dim=-1)
    return torch.zeros_like(logits).scatter(-1, index, top.softmax(dim=-1))


def logit_slopes(probs, chosen, scores):  # nothing for those that are cut
    return chosen * (probs * scores - probs * (probs @ (chosen * scores)))
""",
    "kl": """
def kl(mean, log_var):  # the half is missing
    return mean**2 + log_var.exp() - log_var - 1


def resting_variance(c, a):  # here, too
    return a / (a + c)
""",
    "uncertainty": """
def u_loss(weights, variance):  # a sum over experts
    return (weights * variance.mean(-1)).sum(-1).mean()


def router_loss(weights, variance):  # the experts learn, too
    return ((weights * variance.mean(-1)).sum(1) / weights.sum(1)).mean()
""",
}


def run(*arguments):
    command = [sys.executable, ROOT / "tools" / "homework.py", *arguments]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.fixture(scope="module")
def assigned(tmp_path_factory):
    target = tmp_path_factory.mktemp("homework") / "assigned"
    done = run("--target", target, "assign")
    assert done.returncode == 0, done.stderr
    return target


def student(assigned):
    return nbformat.read(assigned / "student" / SOURCE.name, as_version=4)


def test_students_get_stubs_and_open_tests_alone(assigned):
    answers = [
        cell for cell in student(assigned).cells if "otter_answer_cell" in cell.metadata.get("tags", [])
    ]
    assert [cell.source.count("    ...") for cell in answers] == [2, 2, 2]
    tests = student(assigned).metadata["otter"]["tests"]
    cases = [case for name in RIGHT for suite in tests[name]["suites"] for case in suite["cases"]]
    assert len(cases) == 6
    assert not any(case["hidden"] for case in cases)
    text = json.dumps(student(assigned))
    hidden = [
        cell.source for cell in nbformat.read(SOURCE, as_version=4).cells if "hidden: true" in cell.source
    ]
    names = [source.splitlines()[-1] for source in hidden]
    assert len(names) == 7
    assert not any(name in text for name in names)


def submit(assigned, answers, path):
    notebook = student(assigned)
    for cell in notebook.cells:
        name = cell.id.removesuffix("-code")
        cell.source = answers.get(name, cell.source) if cell.id.endswith("-code") else cell.source
    nbformat.write(notebook, path)


def test_right_answers_get_all_points_and_mistakes_what_they_deserve(assigned, tmp_path):
    for name, answers in (("ada", RIGHT), ("bob", WRONG), ("cleo", {})):
        submit(assigned, answers, tmp_path / f"{name}.ipynb")
    done = run("--target", assigned, "grade", tmp_path)
    assert done.returncode == 0, done.stderr
    rows = [
        [cell.strip() for cell in line.split("│")[1:-1]] for line in done.stdout.splitlines() if "│" in line
    ]
    assert rows == [
        ["ada", "4", "4", "4", "12"],
        ["bob", "1", "1", "2", "4"],
        ["cleo", "0", "0", "0", "0"],
    ]


def test_an_empty_folder_is_said_to_be_empty(assigned, tmp_path):
    done = run("--target", assigned, "grade", tmp_path)
    assert done.returncode == 2
    assert "no notebooks" in done.stdout
