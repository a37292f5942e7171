"""Make the virtual environment `.venv`, or complete a half-made one; do nothing when it is up to date.

The stamp `.venv/.stamp` is written last. It holds a hash of the files that decide what is installed, so an
interrupted install or a changed requirement is noticed, and a finished one never calls pip again. Runs on the
system's Python with the standard library alone.
"""

import hashlib
import re
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
STAMP = VENV / ".stamp"
PYTHON = VENV / "bin" / "python"


def wanted_stamp() -> str:
    """Hash what decides the content of the environment; its path counts, since scripts contain it."""
    digest = hashlib.sha256(str(ROOT).encode())
    for name in ("requirements.txt", "constraints.txt", "hashes.txt", "pyproject.toml"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def usable() -> bool:
    """Return whether `.venv` has a Python and a pip that run."""
    try:
        return subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True).returncode == 0
    except OSError:
        return False


def install(*arguments: str) -> None:
    """Run `pip install` inside `.venv` with the constraints; leave the program if it fails."""
    command = [PYTHON, "-m", "pip", "install", "-qq", "-c", ROOT / "constraints.txt", *arguments]
    if subprocess.run(command, cwd=ROOT).returncode:
        sys.exit("bootstrap: pip failed, see above; run `make venv` again, it continues from here")


def main() -> None:
    """Bring `.venv` up to date."""
    if STAMP.exists() and STAMP.read_text() == wanted_stamp() and PYTHON.exists():
        return
    if sys.version_info < (3, 11):  # noqa: UP036  this file runs on whatever Python the system has
        sys.exit(
            f"bootstrap: expected Python 3.11 or newer, found {sys.version.split()[0]}; name one: PYTHON=…"
        )
    if not usable():
        print(f"bootstrap: creating {VENV}", flush=True)
        venv.create(VENV, clear=True, with_pip=True)
    STAMP.unlink(missing_ok=True)
    print("bootstrap: installing; the first time takes some minutes", flush=True)
    install("--require-hashes", "--no-deps", "-r", "hashes.txt")
    torch = re.search(r"^torch==\S+", (ROOT / "constraints.txt").read_text(), re.MULTILINE)
    install(torch.group())  # by version: the builds for each device have hashes of their own
    install("--no-build-isolation", "-r", "requirements.txt", "-e", ".[dev]")  # nothing is left to fetch
    STAMP.write_text(wanted_stamp())


if __name__ == "__main__":
    main()
