"""One seed's training: epochs of AdamW, validation after each, the best weights kept."""

import math
import time
import warnings
from collections.abc import Callable, Mapping
from functools import reduce
from operator import add
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils import clip_grad_norm_
from torch.utils._pytree import tree_map_only

from euar.training import scoring
from euar.training.batches import Rows, order_of
from euar.training.epoch import COLUMNS, Epoch, Part, Step
from euar.training.fabric import driver
from euar.training.optimizer import adamw, set_rates
from euar.training.predict import predict_batch
from euar.training.recipe import Recipe
from euar.training.runs import Run
from euar.training.seeding import derive, generator, global_stream
from euar.training.windows import seen_by

CLIP = 5.0


class TrainingError(RuntimeError):
    """Training cannot go on: a loss, a gradient or a prediction is not finite."""


class Training:
    """The state of one seed's training between epochs.

    Args:
        config: anything whose `build()` returns a module with `MultimodalModel`'s forward and loss; its
            `epoch` is set before each epoch.
        recipe: how to train.
        seed: with a purpose and an epoch it decides every random number.
        data: the standardised rows `"train"`, `"valid"` and `"test"`; only `finish` looks at the last.
        fabric: what drives it, see `fabric`; None: what the recipe needs on the device of the data.

    Attributes:
        heard: is told the share of an epoch that has been trained, as soon as it has.
        broken: why it cannot go on; None while it can.
    """

    def __init__(self, config: Any, recipe: Recipe, seed: int, data: Mapping[str, Rows], fabric: Any = None):
        self.config, self.recipe, self.seed = config, recipe, seed
        self.device = data["train"].target.device
        with global_stream(seed, "init"):  # drawn on the CPU: the same weights on every device
            self.model = config.build().to(self.device)
        self.data: Mapping[str, Any] = {name: seen_by(self.model, split) for name, split in data.items()}
        self.optimizer = adamw(self.model, recipe)
        self.fabric = fabric or driver(self.device, recipe.precision)
        self._step_of_model = self._set_up()
        self.heard: Callable[[float], object] = lambda _share: None
        self.history: list[dict[str, float]] = []
        self.best: dict[str, Any] = {"epoch": 0, "value": math.inf, "weights": {}}
        self.seconds = 0.0
        self.broken: TrainingError | None = None

    @property
    def done(self) -> bool:
        """Whether it has all its epochs, patience is at an end, or it is broken."""
        made, patience = len(self.history), self.recipe.patience
        tired = patience is not None and made - self.best["epoch"] >= patience
        return made >= self.recipe.epochs or tired or self.broken is not None

    def run_epoch(self) -> None:
        """Train one epoch, validate, and keep the weights if they are the best so far.

        Where a term, the gradient or the validation is not finite, it is `broken`; the epoch does not count.
        """
        start, epoch = time.perf_counter(), self.begin()
        with global_stream(self.seed, f"dropout/{epoch.number}", self.device):
            steps = [self._step(epoch, step) for step in range(len(epoch.batches))]
        self.end(epoch, steps)
        self.seconds += time.perf_counter() - start

    def begin(self) -> Epoch:
        """Start an epoch."""
        number = len(self.history) + 1
        self.model.train()
        self.model.epoch = number
        shuffled = generator(self.seed, f"order/{number}")
        batches = order_of(self.data["train"], shuffled, self.recipe.batch_size)
        noise = generator(self.seed, f"noise/{number}", self.device)
        return Epoch(number, batches, noise, self.recipe)

    def end(self, epoch: Epoch, steps: list[dict[str, Tensor]]) -> None:
        """Validate after an epoch, and keep the weights if they are the best so far; see `run_epoch`.

        Args:
            epoch: as `begin` gave it.
            steps: the terms of each step, 0-dim.
        """
        try:
            self._end(epoch, steps)
        except TrainingError as error:
            self.broken = error

    def _end(self, epoch: Epoch, steps: list[dict[str, Tensor]]) -> None:
        terms = self._means(epoch, steps)
        leads = self.fabric.global_rank == 0
        prediction = self.fabric.broadcast(predict_batch(self.model, self.data["valid"]) if leads else None)
        if not np.isfinite(prediction).all():
            raise TrainingError(
                f"seed {self.seed}, epoch {epoch.number}: the validation predictions are not finite"
            )
        target = self.data["valid"].target.cpu().numpy()
        value = scoring.criterion(prediction, target)
        if self.recipe.select == "last" or value < self.best["value"]:
            weights = _clones(self.model.state_dict())
            self.best = {"epoch": epoch.number, "value": value, "weights": weights}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a constant early on is no news; the final scores warn
            scores = scoring.scores(prediction, target, sentiment=self.data["valid"].scale.sentiment)
        valid = {f"valid_{name}": score for name, score in {"criterion": value, **scores}.items()}
        self.history.append({"epoch": epoch.number, "lr": epoch.rate(0), **terms, **valid})

    def check(self) -> None:
        """Raise what broke it, if it is broken.

        Raises:
            TrainingError: it names seed, epoch, step and term.
        """
        if self.broken is not None:
            raise self.broken

    def finish(self) -> Run:
        """Score the best weights, now on the test split too; the model lets go of a stack.

        Raises:
            TrainingError: it is broken.
        """
        self.check()
        for weight in self.model.parameters():
            weight.data = weight.detach().clone()
        self.model.load_state_dict(self.best["weights"])
        predictions = {split: predict_batch(self.model, self.data[split]) for split in ("valid", "test")}
        metrics = {
            split: scoring.scores(
                values, self.data[split].target.cpu().numpy(), sentiment=self.data[split].scale.sentiment
            )
            for split, values in predictions.items()
        }
        self.optimizer.state.clear()  # of several seeds, none holds what the others could use
        return Run(
            self.seed, self.model.eval(), self.best["epoch"], self.history, metrics, predictions, self.seconds
        )

    def start_again(self) -> None:
        """Forget all epochs."""
        self.load_state_dict(
            Training(self.config, self.recipe, self.seed, self.data, self.fabric).state_dict()
        )

    def twin(self) -> "Training":
        """Return another training in the same state."""
        twin = Training(self.config, self.recipe, self.seed, self.data, self.fabric)
        twin.load_state_dict(self.state_dict())
        return twin

    def state_dict(self) -> dict[str, Any]:
        """Return all that the next epoch depends on; random streams start anew from their names."""
        parts = {name: _clones(getattr(self, name).state_dict()) for name in ("model", "optimizer")}
        return {**parts, "history": list(self.history), "best": self.best, "seconds": self.seconds}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from a `state_dict`."""
        for name in ("model", "optimizer"):
            getattr(self, name).load_state_dict(state[name])
        self.history, self.best, self.seconds = state["history"], state["best"], state["seconds"]
        self.broken = None

    def _set_up(self) -> nn.Module:
        """The terms of a step as the recipe wants them computed."""
        step: Any = Step(self.model)
        if self.recipe.compile:
            step = torch.compile(step, fullgraph=True)
        module: nn.Module = self.fabric.setup_module(step)
        return module

    def _step(self, epoch: Epoch, step: int) -> dict[str, Tensor]:
        """One update; the terms of its loss and the norm of its gradient."""
        self.optimizer.zero_grad()
        *before, last = epoch.parts(step, self.fabric.global_rank, self.fabric.world_size)
        found = [self._part(part, epoch, whole=False) for part in before]
        found.append(self._part(last, epoch, whole=True))
        names = self._names(epoch, found)
        terms = {name: reduce(add, [part[name] for part in found]) for name in names}
        norm = clip_grad_norm_(self.model.parameters(), CLIP)
        set_rates(self.optimizer, epoch.scale(step))
        self.optimizer.step()
        self.heard(1 / len(epoch.batches))
        return {**terms, "grad_norm": norm.detach()}

    def _part(self, part: Part, epoch: Epoch, *, whole: bool) -> dict[str, Tensor]:
        """The terms of a part, with its weight; its gradient is added, and at the last shared."""
        noise = epoch.noise
        if part.streams is not None:
            noise = generator(self.seed, f"noise/{part.streams}", self.device)
            torch.manual_seed(derive(self.seed, f"dropout/{part.streams}"))
        with self.fabric.no_backward_sync(self._step_of_model, enabled=not whole):
            # No graph holds a generator: compiled, a model draws from the global stream, seeded alike.
            terms = self._step_of_model(
                self.data["train"].rows(part.rows), None if self.recipe.compile else noise
            )
            if part.weight != 1:
                terms = {name: part.weight * term for name, term in terms.items()}
            self.fabric.backward(terms["total"])
        return {name: term.detach() for name, term in terms.items()}

    def _means(self, epoch: Epoch, steps: list[dict[str, Tensor]]) -> dict[str, float]:
        """The mean of each term over the steps of an epoch."""
        names = self._names(epoch, steps)
        values = torch.stack([torch.stack(list(step.values())) for step in steps])
        values = self.fabric.all_reduce(values)
        self._check_finite(epoch.number, names, values)
        return dict(zip(names, values.mean(dim=0).tolist(), strict=True))

    def _names(self, epoch: Epoch, found: list[dict[str, Tensor]]) -> list[str]:
        """The names of terms that are the same every time."""
        names = list(found[0])
        for terms in found:
            if list(terms) != names:
                here, there = (
                    ", ".join(n for n in each if n not in COLUMNS) or "none" for each in (terms, names)
                )
                expected = f"expected the parts {there} at every step, found {here}"
                raise ValueError(f"seed {self.seed}, epoch {epoch.number}: {expected}")
        return names

    def _check_finite(self, epoch: int, columns: list[str], steps: Tensor) -> None:
        """Name the first term that is not finite. Once an epoch: a check a step would stall a GPU."""
        bad = (~steps.isfinite()).nonzero()
        if not len(bad):
            return
        step = int(bad[0, 0])
        values = zip(columns, steps[step].tolist(), strict=True)
        names = [name for name, value in values if not math.isfinite(value)]
        terms = [name for name in names if name not in ("total", "grad_norm")] or names[:1]
        raise TrainingError(
            f"seed {self.seed}, epoch {epoch}, step {step + 1} of {len(steps)}: {', '.join(terms)} not "
            f"finite; lower lr (now {self.recipe.lr:g}) or look for extreme values in the data"
        )


def _clones(state: Any) -> Any:
    """A state with tensors of its own: not views of a stack, which would be stored whole."""
    return tree_map_only(Tensor, lambda tensor: tensor.clone(), state)
