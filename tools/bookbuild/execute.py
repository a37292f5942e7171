"""Execute one chapter with papermill in a process of its own, under caps on wall clock and memory."""

import os
import shutil
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
import psutil

from bookbuild import environment, parent, record
from bookbuild.layout import Chapter
from bookbuild.record import Record
from euar.files import read_json

TOOLS = Path(__file__).resolve().parents[1]
SHORT = "/tmp" if Path("/tmp").is_dir() else None  # the path of a socket holds some 100 letters
KERNEL_CONFIG = """\
c = get_config()
c.InteractiveShellApp.extensions = ["bookbuild.recorder"]
c.HistoryManager.enabled = False
"""


@dataclass(frozen=True)
class Cap:
    """The most that one chapter may take.

    Attributes:
        seconds: wall clock.
        memory: resident memory of the kernel and its children, MB.
    """

    seconds: float
    memory: float


CAPS = {"smoke": Cap(300, 4_000), "cpu": Cap(3_600, 8_000), "gpu": Cap(7_200, 32_000)}


class ChapterError(Exception):
    """A chapter did not run to its end; the message names chapter, place and reason."""


def execute(chapter: Chapter, cap: Cap) -> Record:
    """Run the chapter and keep its executed copy and its record.

    Raises:
        ChapterError: a cell raised, the kernel died, or the chapter went over a cap.
    """
    shutil.rmtree(chapter.scratch, ignore_errors=True)
    work = chapter.scratch / "work"
    work.mkdir(parents=True)
    started = time.monotonic()
    memory = _papermill(chapter, cap)
    notes = read_json(chapter.scratch / "used.json", "run this again")
    files = record.digests(chapter.root, notes["files"])
    cells = record.code_cells(nbformat.read(chapter.scratch / "out.ipynb", as_version=4))
    done = Record(
        key=record.key(chapter.profile, cells, files),
        files=files,
        executed=record.digest(chapter.scratch / "out.ipynb"),
        seconds=round(time.monotonic() - started, 1),
        memory=round(memory),
        device=notes["device"],
        date=datetime.now().astimezone().isoformat(timespec="minutes"),
    )
    _keep(chapter, done)
    return done


def _keep(chapter: Chapter, done: Record) -> None:
    chapter.executed.parent.mkdir(parents=True, exist_ok=True)
    chapter.record.unlink(missing_ok=True)  # never a new notebook with an old record
    (chapter.scratch / "out.ipynb").replace(chapter.executed)
    done.save(chapter.record)
    shutil.rmtree(chapter.scratch)


def _papermill(chapter: Chapter, cap: Cap) -> float:
    out, log = chapter.scratch / "out.ipynb", chapter.scratch / "papermill.log"
    arguments = [chapter.source, out, chapter.profile, chapter.scratch / "work", str(round(cap.seconds))]
    command = [sys.executable, "-m", "bookbuild.worker", *arguments]
    with TemporaryDirectory(prefix="euar-", dir=SHORT) as sockets:
        with log.open("wb") as file:
            process = parent.start(command, env=_environment(chapter, sockets), stdout=file, stderr=file)
        try:
            peak = _watch(chapter, process, cap)
        finally:
            parent.kill_tree(process)
            process.stdin.close()
            process.wait()
    if process.returncode:
        raise ChapterError(_why(chapter, out, log))
    return peak


def _environment(chapter: Chapter, sockets: str) -> dict[str, str]:
    """Nothing of the user's own settings reaches the kernel; it loads the recorder."""
    ipython = chapter.scratch / "ipython"
    config = ipython / "profile_default" / "ipython_kernel_config.py"
    config.parent.mkdir(parents=True)
    config.write_text(KERNEL_CONFIG)
    return environment.clean(
        IPYTHONDIR=ipython,
        MPLCONFIGDIR=chapter.root / "_build" / "matplotlib",
        PYTHONPATH=os.pathsep.join([str(TOOLS), str(chapter.root)]),
        JUPYTER_RUNTIME_DIR=sockets,
        EUAR_BOOK_ROOT=chapter.root,
        EUAR_BOOK_RECORD=chapter.scratch / "used.json",
    )


def _watch(chapter: Chapter, process: psutil.Popen, cap: Cap) -> float:
    """Wait for papermill; return the peak memory of what it started, MB."""
    peak, started = 0.0, time.monotonic()
    while True:
        peak = max(peak, _memory(process))
        if peak > cap.memory:
            raise ChapterError(f"{chapter.name}: over its memory cap of {cap.memory:,.0f} MB; killed")
        if time.monotonic() - started > cap.seconds:
            raise ChapterError(f"{chapter.name}: over its time cap of {cap.seconds:,.0f} s; killed")
        with suppress(psutil.TimeoutExpired):
            process.wait(timeout=0.2)
            return peak


def _memory(process: psutil.Popen) -> float:
    total = 0
    for child in parent.children(process):
        with suppress(psutil.NoSuchProcess):
            total += child.memory_info().rss
    return total / 1e6


def _why(chapter: Chapter, out: Path, log: Path) -> str:
    """Name the failing cell of the source and its error; without one, the end of papermill's log."""
    numbers = {
        cell.id: n for n, cell in enumerate(nbformat.read(chapter.source, as_version=4).cells, start=1)
    }
    cells = nbformat.read(out, as_version=4).cells if out.exists() else []
    for cell in cells:
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                place = f"cell {numbers[cell.id]}" if cell.id in numbers else "the injected parameters"
                line = next(iter(cell.source.splitlines()), "")
                return f"{chapter.name}, {place} ({line}): {output.ename}: {output.evalue}"
    return f"{chapter.name}: papermill failed\n{log.read_text(encoding='utf-8', errors='replace').strip()}"
