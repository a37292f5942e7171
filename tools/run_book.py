"""Execute the chapters that changed, then build the book.

    python tools/run_book.py [--profile smoke|cpu|gpu] [--edition full|student] [--only NAME …] [--force]

Sources in `book/` stay without outputs. Executed copies go to `_build/executed/PROFILE/`, pages to
`_build/html/`. Chapters are executed with their answers; the student edition leaves those out of the pages.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import psutil
from bookbuild import environment, record
from bookbuild.edition import EDITIONS
from bookbuild.execute import CAPS, Cap, ChapterError, execute
from bookbuild.layout import Chapter, chapters
from bookbuild.render import RenderError, render
from bookbuild.stage import stage
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from euar.files import DamagedFileError
from euar.lock import sole_worker

ROOT = Path(__file__).resolve().parents[1]
console = Console(highlight=False, soft_wrap=True, markup=False, emoji=False)  # what cells raise stays whole


def main() -> int:
    """Run the command line; 0 if the book is built."""
    sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that knows few letters still shows errors
    options = parse()
    book = chapters(ROOT, options.profile)
    unknown = set(options.only) - {chapter.name for chapter in book}
    if unknown:
        console.print(
            f"no such chapter: {', '.join(sorted(unknown))}; there are {', '.join(c.name for c in book)}"
        )
        return 2
    with sole_worker(ROOT / "_build", wait=partial(console.print, markup=False)):
        try:
            return build(book, options)
        except (ChapterError, RenderError, DamagedFileError, OSError) as error:
            console.print("the book was not built", style="bold red")
            console.print(str(error))
            return 1


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Execute what changed, then build the book.")
    parser.add_argument("--profile", choices=CAPS, default="smoke", help="how much the chapters compute")
    parser.add_argument("--edition", choices=EDITIONS, default="full", help="with or without the answers")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="execute these; build no pages")
    parser.add_argument("--force", action="store_true", help="execute even what did not change")
    return parser.parse_args()


def build(book: list[Chapter], options: argparse.Namespace) -> int:
    """Execute what has changed, stage, render."""
    started = time.monotonic()
    wanted = [chapter for chapter in book if not options.only or chapter.name in options.only]
    stale = [chapter for chapter in wanted if options.force or not record.is_current(chapter)]
    console.print(f"{len(stale)} of {len(wanted)} chapters to execute in profile {options.profile}")
    execute_all(stale, CAPS[options.profile])
    shutil.rmtree(ROOT / "_build" / "scratch", ignore_errors=True)  # what killed builds left
    executed = time.monotonic()
    if options.only:
        return 0
    html = render(ROOT, stage(ROOT, book, options.edition))
    console.print(f"execute {executed - started:.1f} s, build pages {time.monotonic() - executed:.1f} s")
    console.print(f"open {html / 'index.html'}")
    return 0


def execute_all(stale: list[Chapter], cap: Cap) -> None:
    """Execute the chapters, side by side where the machine allows; raise once, after all have ended."""
    if not stale:
        return
    warm_up()
    columns = SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn()
    progress = Progress(*columns, console=console, transient=True)
    with progress, ThreadPoolExecutor(workers(cap)) as pool:
        failures = list(pool.map(lambda chapter: attempt(chapter, cap, progress), stale))
    if any(failures):
        raise ChapterError("\n".join(filter(None, failures)))


def attempt(chapter: Chapter, cap: Cap, progress: Progress) -> str | None:
    """Execute one chapter; return what went wrong, if anything did."""
    task = progress.add_task(chapter.name)
    try:
        done = execute(chapter, cap)
    except ChapterError as error:
        console.print(f"{chapter.name}: failed", style="red")
        return str(error)
    finally:
        progress.remove_task(task)
    console.print(f"{chapter.name}: {done.seconds:.1f} s, {done.memory:,.0f} MB, {done.device}")
    return None


def workers(cap: Cap) -> int:
    """Two chapters at once if there are two cores, and memory for two at their cap."""
    room = psutil.virtual_memory().available / 1e6 >= 2 * cap.memory
    return 2 if room and (os.cpu_count() or 1) >= 2 else 1


def warm_up() -> None:
    """Let Matplotlib build its font cache now: it announces that, and a chapter would print it."""
    clean = environment.clean(MPLCONFIGDIR=ROOT / "_build" / "matplotlib")
    command = [sys.executable, "-c", "import matplotlib.font_manager"]
    subprocess.run(command, env=clean, check=True, capture_output=True)


if __name__ == "__main__":
    raise SystemExit(main())
