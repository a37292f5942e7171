"""What `euar data check` warns of, `euar train` warns of alike; what no training can use fails both."""

import csv

import numpy as np
import pytest
from typer.testing import CliRunner

from euar import cli

ROWS = 40
SPLITS = ("train", "train", "valid", "test")


def euar(*arguments):
    return CliRunner().invoke(cli.app, [str(argument) for argument in arguments])


def write(folder, face=None, **changes):
    """A sound folder, or one with these columns and features."""
    columns = {
        "id": [f"r{row}" for row in range(ROWS)],
        "label": [row / 10 for row in range(ROWS)],
        "split": [SPLITS[row % 4] for row in range(ROWS)],
    }
    columns |= changes
    with (folder / "labels.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([list(columns), *zip(*columns.values(), strict=True)])
    values = np.random.default_rng(0).normal(size=(ROWS, 3)) if face is None else face
    np.save(folder / "face.npy", values)
    return folder


def features(change):
    values = np.random.default_rng(0).normal(size=(ROWS, 3))
    change(values)
    return values


def flat(values):
    values[:, 1] = 7


def gap(values):
    values[5, 1] = np.nan


WORDS = ["yes" if row % 3 else "no" for row in range(ROWS)]
WARNED = {
    "groups in two splits": {"group": [f"g{row // 4}" for row in range(ROWS)]},
    "a constant column": {"face": features(flat)},
    "a class in test alone": {"label": [*WORDS[:-1], "rare"]},
    "classes almost alike": {"label": ["Yes" if row == 4 else word for row, word in enumerate(WORDS)]},
    "two spellings of a class": {"label": ["no " if row == 0 else word for row, word in enumerate(WORDS)]},
    "one value": {"label": [1.5] * ROWS},
}
STOPPED = {
    "NaN": {"face": features(gap)},
    "no validation rows": {"split": ["train", "test"] * (ROWS // 2)},
    "another column": {"spilt": SPLITS * (ROWS // 4), "split": SPLITS * (ROWS // 4), "Group": ["g"] * ROWS},
}


def troubles(text):
    """The words of each warning and failure, over all lines that it takes."""
    found, inside = [], False
    for line in text.splitlines():
        begins = not line.startswith(" " * 12)  # what goes on stands further right
        inside = line.startswith(("warn  ", "FAIL  ")) if begins else inside
        if inside:
            found += [[]] if begins else []
            found[-1] += line.split()
    return found


def train(folder, *options):
    return euar(
        "train", folder, "--seeds", 1, "--epochs", 1, "--device", "cpu", *options, "--out", folder / "run"
    )


def test_a_sound_folder_has_none(tmp_path):
    check, trained = euar("data", "check", write(tmp_path)), train(tmp_path)
    assert (check.exit_code, trained.exit_code) == (0, 0), trained.output
    assert troubles(check.stdout) == troubles(trained.stderr) == []
    assert check.stderr == trained.stderr == ""


@pytest.mark.parametrize("changes", WARNED.values(), ids=WARNED)
def test_both_warn_alike(changes, tmp_path):
    check, trained = euar("data", "check", write(tmp_path, **changes)), train(tmp_path)
    assert trained.exit_code == 0, trained.output
    assert troubles(check.stdout) == troubles(trained.stderr) != []
    assert set(check.stderr.splitlines()) <= set(trained.stderr.splitlines())


@pytest.mark.parametrize("changes", STOPPED.values(), ids=STOPPED)
def test_what_fails_the_check_stops_the_training(changes, tmp_path):
    check, trained = euar("data", "check", write(tmp_path, **changes)), train(tmp_path)
    assert (check.exit_code, trained.exit_code) == (2, 2), trained.output
    assert not (tmp_path / "run").exists()


def test_the_open_question_of_integers_is_a_warning_until_it_is_answered(tmp_path):
    check = euar("data", "check", write(tmp_path, label=[row % 5 for row in range(ROWS)]))
    assert check.exit_code == 0
    assert [line[1] for line in troubles(check.stdout)] == ["task"]
    asked, told = train(tmp_path), train(tmp_path, "--task", "classification")
    assert (asked.exit_code, told.exit_code) == (2, 0), told.output
    words = "integers, 5 different from 0 to 4"
    assert words in asked.stderr
    assert words in check.stdout
    assert troubles(told.stderr) == []
