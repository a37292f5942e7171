"""Make small mistakes in the method, one at a time, and see that the tests notice.

book/equations.yml lists for each equation of the paper a test and mutants: one-line changes of the code for
which the test must fail. Each mutant is applied to a copy of the package; the checkout is never touched.

    python tools/mutants.py [--only EQUATION]
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import yaml

ROOT = Path(__file__).resolve().parents[1]
PASSED, FAILED = 0, 1  # pytest: tests ran and some failed; 2 and more mean that they could not run


class Mutant(NamedTuple):
    """One mistake and the test that must notice it."""

    equation: int
    file: str
    old: str
    new: str
    test: str


def read_mutants() -> list[Mutant]:
    """All mutants of book/equations.yml."""
    equations = yaml.safe_load((ROOT / "book/equations.yml").read_text())
    return [
        Mutant(entry["equation"], *mutant["change"], mutant.get("test", entry["test"]))
        for entry in equations
        for mutant in entry["mutants"]
    ]


def mutate(source: str, mutant: Mutant) -> str:
    """Return the source with the mistake made.

    Raises:
        ValueError: the text to replace does not stand there exactly once.
    """
    if source.count(mutant.old) != 1:
        raise ValueError(
            f"book/equations.yml, equation {mutant.equation}: {mutant.file} holds {mutant.old!r} "
            f"{source.count(mutant.old)} times, expected once; quote more of the line"
        )
    return source.replace(mutant.old, mutant.new)


def run_tests(tests: list[str], mutant: Mutant | None = None) -> int:
    """Run tests against a copy of the package, with a mistake in it or without; return pytest's exit code."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("euar", "tests"):
            shutil.copytree(ROOT / name, Path(folder, name), ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", folder)
        if mutant:
            file = Path(folder, mutant.file)
            file.write_text(mutate(file.read_text(), mutant))
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
        environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, check=False
        ).returncode


def verdicts(mutants: list[Mutant]) -> Iterator[tuple[Mutant, int]]:
    """Run the tests of all mutants, as many at once as there are cores."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield from zip(mutants, pool.map(lambda m: run_tests([m.test], m), mutants), strict=True)


def main() -> int:
    """Print a line for each mutant; return 1 if one survived."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", type=int, metavar="EQUATION", help="the mutants of one equation")
    only = parser.parse_args().only
    mutants = [m for m in read_mutants() if only in (None, m.equation)]
    if run_tests(sorted({m.test for m in mutants})) != PASSED:
        print("the tests fail without any mistake; run `make test` first")
        return 1
    survived = 0
    for mutant, code in verdicts(mutants):
        survived += code != FAILED
        word = "caught" if code == FAILED else f"SURVIVED (pytest exit {code})"
        print(f"Eq. {mutant.equation:<2}  {word:9} {mutant.file}: {mutant.old}  ->  {mutant.new}", flush=True)
    print(f"{len(mutants) - survived} of {len(mutants)} mutants caught")
    return int(survived > 0)


if __name__ == "__main__":
    sys.exit(main())
