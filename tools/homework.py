"""Assign the homework with otter-grader, and grade the notebooks that come back.

    python tools/homework.py assign              # into _build/homework/{student,autograder}
    python tools/homework.py grade SUBMISSIONS   # the notebooks of a folder: points by task

Students get `student/`, which has neither solutions nor hidden tests. Grading runs their code on this
machine; `otter grade` does the same in containers.
"""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "homework" / "gate_and_losses.ipynb"
TASKS = ("gating", "kl", "uncertainty")


def assign(target: Path) -> None:
    """Write the student's and the teacher's version, after the solutions have passed all tests.

    Raises:
        CalledProcessError: a solution fails; otter has printed where.
    """
    shutil.rmtree(target, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "otter", "assign", SOURCE, target], check=True)


def grade(submission: Path, target: Path) -> dict[str, float]:
    """Return {task: points} of one notebook.

    Args:
        submission: the notebook.
        target: the folder that `assign` wrote.
    """
    from otter.api import grade_submission

    (tests,) = (target / "autograder").glob("*.zip")
    results = grade_submission(str(submission.resolve()), str(tests), quiet=True)
    return {task: results.get_score(task) for task in TASKS}


def show(points: dict[str, dict[str, float]]) -> None:
    """Print the points of {submission: {task: points}}."""
    table = Table("submission", *TASKS, "sum")
    for name, found in points.items():
        table.add_row(name, *(f"{found[task]:g}" for task in TASKS), f"{sum(found.values()):g}")
    Console().print(table)


def main() -> int:
    """Run the command line; 2 if there is nothing to grade."""
    parser = argparse.ArgumentParser(description="Assign the homework, and grade it.")
    parser.add_argument("--target", type=Path, default=ROOT / "_build" / "homework", help="what assign wrote")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("assign")
    commands.add_parser("grade").add_argument("submissions", type=Path)
    options = parser.parse_args()
    target = options.target.resolve()
    if options.command == "assign":
        assign(target)
        print(f"for students: {target / 'student'}; for you: {target / 'autograder'}")
        return 0
    notebooks = sorted(options.submissions.glob("*.ipynb"))
    if not notebooks or not target.exists():
        print(f"nothing to grade: {options.submissions} has no notebooks, or `assign` was not run")
        return 2
    show({path.stem: grade(path, target) for path in notebooks})
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
