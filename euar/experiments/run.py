"""Measure what an experiment asks for and its results do not hold yet, and add that to the results."""

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from euar.experiments.measurement import Measurement
from euar.experiments.store import result_folder, result_path, root_to_write, save_result
from euar.lock import sole_worker
from euar.processes import spawned


def run_experiment(
    name: str, asked: Iterable[Measurement], root: Path | None = None, jobs: int = 1
) -> Iterator[Path]:
    """Yield the file of each result of an experiment as soon as it is there.

    Results with the same configuration, data and code are not measured again. After a failure no other
    measurement begins; those under way are kept. Whoever stops asking, by Ctrl-C or otherwise, ends the
    processes that measure at once.

    Args:
        name: of the experiment.
        asked: what to measure.
        root: the folder of all results, see `store.root_to_write`.
        jobs: processes at once, one thread each.

    Raises:
        BlockingIOError: another process measures this experiment.
        ChildProcessError: a process that measured was killed.
    """
    root = root_to_write(root)
    measure = partial(_measure, name, root)
    with sole_worker(result_folder(name, root)):
        try:
            yield from spawned((partial(measure, one) for one in asked), jobs)
        except ChildProcessError as error:
            raise ChildProcessError(f"{name}: a process that measured {error}") from error


def _measure(name: str, root: Path, one: Measurement) -> Path:
    dataset = one.dataset()
    path = result_path(name, one.key(dataset), root)
    return path if path.exists() else save_result(one.measure(name, dataset), root)
