"""Do what the README tells a new user to do, in a fresh clone, and record how long each command takes.

    python tools/time_readme.py [--keep FOLDER]

Clones the last commit, runs `make book` and `make test` there, checks that they leave the clone as it was,
and builds the book once more with nothing changed. results/timings.json keeps the seconds for the README.
"""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from euar.files import write_json

ROOT = Path(__file__).resolve().parents[1]
COMMANDS = {"make book": "make book", "make test": "make test", "make book, nothing changed": "make book"}


def git(*arguments: str, folder: Path = ROOT) -> str:
    """What git prints."""
    return subprocess.run(
        ["git", "-C", folder, *arguments], check=True, capture_output=True, text=True
    ).stdout.strip()


def seconds(command: str, folder: Path) -> float:
    """Run a command; leave the program if it fails."""
    print(f"\n== {command}", flush=True)
    start = time.perf_counter()
    if subprocess.run(command.split(), cwd=folder).returncode:
        sys.exit(f"time_readme: {command} failed in {folder}")
    return round(time.perf_counter() - start, 1)


def measure(folder: Path) -> dict:
    """Clone into `folder`, run the commands, return what results/timings.json holds."""
    git("clone", "-q", str(ROOT), str(folder))
    taken = {name: seconds(command, folder) for name, command in COMMANDS.items()}
    if changes := git("status", "--porcelain", folder=folder):
        sys.exit(f"time_readme: the commands changed the clone:\n{changes}")
    return {"seconds": taken, **circumstances()}


def circumstances() -> dict:
    """Return what a time depends on besides the command."""
    return {
        "commit": git("rev-parse", "HEAD"),
        "date": datetime.now(UTC).date().isoformat(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
    }


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="clone here and leave it, to look at")
    keep = parser.parse_args().keep
    with tempfile.TemporaryDirectory() as temporary:
        result = measure(keep or Path(temporary, "clone"))
    write_json(ROOT / "results" / "timings.json", result)
    print(f"\nresults/timings.json: {result['seconds']}")


if __name__ == "__main__":
    main()
