"""What is said of a result as soon as it is kept."""

import sys
from pathlib import Path

from euar.cli._console import say
from euar.experiments.rates import at_the_edge
from euar.experiments.store import read_result, using


def say_kept(path: Path) -> None:
    """Say where a result lies, and where its seeds would have liked a rate beyond the grid."""
    say(str(path))
    with using(path):
        edges = at_the_edge(read_result(path))
    for lr, count in edges.items():
        say(f"  {count} seeds chose lr {lr:g}, the end of the grid: extend it")
    sys.stdout.flush()
