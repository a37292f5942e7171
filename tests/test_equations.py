"""The registry of equations is complete, and every entry points at something that exists."""

import importlib
import re

import pytest
import yaml

from tools.mutants import ROOT, Mutant, mutate, read_mutants

EQUATIONS = yaml.safe_load((ROOT / "book/equations.yml").read_text())


def resolve(symbol):
    """Import the longest module in a dotted name and follow the rest by attribute."""
    parts = symbol.split(".")
    value = importlib.import_module(".".join(parts[:2]))
    for name in parts[2:]:
        value = getattr(value, name)
    return value


def test_every_equation_of_the_paper_is_there_once():
    assert [entry["equation"] for entry in EQUATIONS] == list(range(1, 13))


@pytest.mark.parametrize("entry", EQUATIONS, ids=lambda entry: f"eq{entry['equation']}")
def test_symbol_is_documented_with_its_equation(entry):
    words = re.findall(r"Eq\. ([\d\-, ]+)", resolve(entry["symbol"]).__doc__)
    numbers = {n for word in words for part in word.split(",") if part.strip() for n in span(part)}
    assert entry["equation"] in numbers


def span(part):
    first, _, last = part.strip().partition("-")
    return range(int(first), int(last or first) + 1)


@pytest.mark.parametrize("entry", EQUATIONS, ids=lambda entry: f"eq{entry['equation']}")
def test_tests_exist_and_mutants_are_at_least_two(entry):
    assert len(entry["mutants"]) >= 2
    for test in (entry["test"], *(m["test"] for m in entry["mutants"] if "test" in m)):
        file, _, name = test.partition("::")
        assert f"def {name}(" in (ROOT / file).read_text()


@pytest.mark.parametrize("entry", EQUATIONS, ids=lambda entry: f"eq{entry['equation']}")
def test_the_book_states_the_equation(entry):
    assert f"({entry['label']})" in (ROOT / "book/equations.md").read_text()


@pytest.mark.parametrize("mutant", read_mutants(), ids=lambda m: f"eq{m.equation}")
def test_every_mutant_applies(mutant):
    source = (ROOT / mutant.file).read_text()
    compile(mutate(source, mutant), mutant.file, "exec")


def test_a_mutant_that_fits_nowhere_or_twice_is_an_error():
    for old, times in (("no such line", 0), ("x", 3)):
        with pytest.raises(ValueError, match=f"{times} times, expected once"):
            mutate("x = x + x", Mutant(1, "file.py", old, "y", "test"))


@pytest.mark.parametrize("entry", EQUATIONS, ids=lambda entry: f"eq{entry['equation']}")
def test_the_chapter_refers_to_the_equation(entry):
    if "chapter" in entry:
        assert f"{{eq}}`{entry['label']}`" in (ROOT / f"book/{entry['chapter']}.ipynb").read_text()
