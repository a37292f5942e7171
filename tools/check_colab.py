"""Run every chapter where a hosted notebook would: fresh environments, newer Pythons, another folder.

    python tools/check_colab.py [--only lowest | newest]

`lowest` takes Python 3.12 and the lowest versions that the package allows, `newest` Python 3.13 and the
latest ones. Each environment has the package, what it depends on, and a kernel, and is removed afterwards. It
downloads some gigabytes, PyTorch with CUDA. results/colab.json keeps date, versions and seconds.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path

from bookbuild.layout import chapters
from bookbuild.record import LIBRARIES
from time_readme import ROOT, circumstances

from euar.files import write_json

ENVIRONMENTS = {"lowest": "python3.12", "newest": "python3.13"}
KERNEL = ("ipykernel", "ipywidgets", "pandas", "papermill", "pyyaml")  # a hosted notebook brings these
SHOWN = (*LIBRARIES, "rich", "ipykernel")
RESULT = ROOT / "results" / "colab.json"


def requirements(environment: str) -> list[str]:
    """Return what pip installs: the package's base and command-line dependencies, and a kernel.

    Args:
        environment: `"lowest"` pins each dependency of ours to its lower bound.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["cli"]]
    return [*(map(lowest, wanted) if environment == "lowest" else wanted), *KERNEL]


def lowest(requirement: str) -> str:
    """Turn `name>=1.2,<3` into `name==1.2`."""
    name, _, bounds = requirement.partition(">=")
    return f"{name}=={bounds.partition(',')[0]}"


def measure(environment: str, folder: Path) -> dict:
    """Build an environment in `folder`, run the chapters in it, and return versions and seconds."""
    interpreter = shutil.which(ENVIRONMENTS[environment])
    if interpreter is None:
        sys.exit(f"check_colab: {ENVIRONMENTS[environment]} is missing; install it, or choose with --only")
    run([interpreter, "-m", "venv", folder / "venv"])
    python = folder / "venv" / "bin" / "python"
    run([python, "-m", "pip", "install", "-q", *requirements(environment)])
    run([python, "-m", "pip", "install", "-q", "--no-deps", ROOT])
    (folder / "elsewhere").mkdir()
    seconds = {chapter.name: execute(python, chapter.source, folder) for chapter in chapters(ROOT, "smoke")}
    return {"versions": versions(python), "seconds": seconds, **circumstances(), "python": version(python)}


def execute(python: Path, source: Path, folder: Path) -> float:
    """Run one notebook from a folder that holds nothing else; return the seconds it took."""
    print(f"{source.name}", flush=True)
    start = time.perf_counter()
    command = [python, "-m", "papermill", source, folder / source.name, "-k", "python3", "--no-progress-bar"]
    run([*command, "--cwd", folder / "elsewhere"], env=outside(folder))
    return round(time.perf_counter() - start, 1)


def outside(folder: Path) -> dict[str, str]:
    """Return the process environment without our settings, with the new Python first."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("EUAR_", "PYTHON"))}
    return kept | {"PATH": f"{folder / 'venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"}


def versions(python: Path) -> dict[str, str]:
    """Return the versions of what matters in an environment."""
    code = f"import json, importlib.metadata as m; print(json.dumps({{n: m.version(n) for n in {SHOWN}}}))"
    return json.loads(subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout)


def version(python: Path) -> str:
    """Return the version of an interpreter."""
    return subprocess.run([python, "-V"], check=True, capture_output=True, text=True).stdout.split()[1]


def run(command: list, **options) -> None:
    """Run a command; leave the program if it fails."""
    if subprocess.run([str(part) for part in command], **options).returncode:
        sys.exit(f"check_colab: failed: {' '.join(map(str, command))}")


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="Run every chapter where a hosted notebook would.")
    parser.add_argument("--only", choices=ENVIRONMENTS, help="one of the two environments")
    only = parser.parse_args().only
    known = json.loads(RESULT.read_text(encoding="utf-8")) if RESULT.exists() else {}
    for environment in [only] if only else ENVIRONMENTS:
        with tempfile.TemporaryDirectory() as folder:
            known[environment] = measure(environment, Path(folder))
        write_json(RESULT, known)


if __name__ == "__main__":
    main()
