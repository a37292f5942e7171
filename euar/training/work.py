"""What a call of `fit` has to do, and its way to the end: in this process, or in several."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import torch

from euar.processes import spawned, tell
from euar.progress import Tick, silent
from euar.training.batches import Rows, all_splits
from euar.training.checkpoints import SeedFolder
from euar.training.device import one_thread
from euar.training.fabric import driver, free_port, ranked
from euar.training.loop import Training
from euar.training.origin import Origin
from euar.training.recipe import Recipe
from euar.training.runs import Run
from euar.training.together import to_the_end

#: Where each seed's state is kept; None: nowhere.
Places = Mapping[int, SeedFolder | None]


@dataclass(frozen=True)
class Work:
    """Trainings of one configuration on one data set.

    Attributes:
        config: see `fit`.
        dataset: see `fit`.
        recipe: how to train.
        origin: what the runs shall say of theirs.
        alone: whether there is but one seed, see `to_the_end`.
    """

    config: Any
    dataset: Any
    recipe: Recipe
    origin: Origin
    alone: bool

    def data(self, device: torch.device) -> Mapping[str, Rows]:
        """Return the splits on a device; errors: `all_splits`."""
        splits: Mapping[str, Rows] = all_splits(self.dataset, device, self.origin.preprocessing)
        return splits

    def do(self, data: Mapping[str, Rows], places: Places, tick: Tick, fabric: Any) -> list[Run]:
        """Take every seed from wherever it stands to its end; of several processes, one returns the runs.

        Args:
            data: as `data` returns it.
            places: of the seeds to train.
            tick: is told of every epoch.
            fabric: what drives the trainings.
        """
        trainings = [Training(self.config, self.recipe, seed, data, fabric) for seed in places]
        done = {training.seed: _resumed(training, places[training.seed], tick) for training in trainings}
        waiting = [training for training in trainings if done[training.seed] is None]
        _level(waiting, places)
        fabric.barrier()  # all have read before one writes
        leads = fabric.global_rank == 0
        for training in to_the_end(waiting, partial(_after, places, leads), alone=self.alone):
            training.check()
            training.heard(self.recipe.epochs - len(training.history))
            if leads:
                done[training.seed] = self._finished(training, places[training.seed])
        return [run for run in done.values() if run is not None]

    def do_in_jobs(self, device: torch.device, places: Places, tick: Tick, jobs: int) -> None:
        """Leave every seed's run in its place, by several processes that share the seeds."""
        seeds = list(places)
        shares = [{seed: places[seed] for seed in seeds[job::jobs]} for job in range(min(jobs, len(seeds)))]
        _all(tick, [partial(_job, self, device, share) for share in shares])

    def do_in_ranks(self, kind: str, places: Places, tick: Tick, devices: int, strategy: str) -> None:
        """Leave every seed's run in its place, by several processes that share each batch."""
        port = free_port()
        how = {"devices": devices, "kind": kind, "strategy": strategy, "port": port}
        _all(tick, [partial(_rank, self, places, rank, how) for rank in range(devices)])

    def _finished(self, training: Training, place: SeedFolder | None) -> Run:
        run = replace(training.finish(), origin=self.origin)
        return run if place is None else place.save_run(run)


def _all(tick: Tick, tasks: list[Any]) -> None:
    """Let all tasks be done at once."""
    try:
        for _ in spawned(tasks, len(tasks), hear=tick):
            pass
    except ChildProcessError as error:
        raise ChildProcessError(f"a process that trained {error}") from error


def _job(work: Work, device: torch.device, places: Places) -> None:
    """What one process of several does that share the seeds."""
    with one_thread():
        work.do(work.data(device), places, tell, driver(device, work.recipe.precision))


def _rank(work: Work, places: Places, rank: int, how: Mapping[str, Any]) -> None:
    """What one process of several does that share each batch."""
    with one_thread(), ranked(rank, precision=work.recipe.precision, **how) as fabric:
        work.do(work.data(fabric.device), places, tell if rank == 0 else silent, fabric)


def _resumed(training: Training, place: SeedFolder | None, tick: Tick) -> Run | None:
    """The run that a folder holds whole; else its training stands where the folder's checkpoint left it."""
    run = None if place is None else place.load_run(training.model)
    if place is not None and run is None:
        place.restore(training)
    training.heard = partial(_tell_of, training, tick)
    training.heard(len(training.history) if run is None else training.recipe.epochs)
    return run


def _tell_of(training: Training, tick: Tick, epochs: float) -> None:
    validation = f", validation {training.history[-1]['valid_criterion']:.3f}" if training.history else ""
    tick(f"seed {training.seed}{validation}", epochs)


def _level(waiting: list[Training], places: Places) -> None:
    """Let a stack go on as the stack it was, after a kill between two seeds' checkpoints."""
    together = min((len(training.history) for training in waiting), default=0)
    for training in waiting:
        if (place := places[training.seed]) is not None:
            place.step_back(training, together)


def _after(places: Places, leads: bool, training: Training) -> None:
    """Keep an epoch."""
    if leads and (place := places[training.seed]) is not None:
        place.save(training)
