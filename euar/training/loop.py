"""One seed's training: epochs of AdamW, validation after each, the best weights kept."""

import math
import time
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.utils import clip_grad_norm_
from torch.optim import AdamW
from torch.utils._pytree import tree_map_only

from euar.training import scoring
from euar.training.batches import Batch, Rows, order_of
from euar.training.epoch import COLUMNS, Epoch, terms_of
from euar.training.predict import predict_batch
from euar.training.recipe import Recipe
from euar.training.runs import Run
from euar.training.seeding import generator, global_stream

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
    """

    def __init__(self, config: Any, recipe: Recipe, seed: int, data: Mapping[str, Rows]):
        self.config, self.recipe, self.seed = config, recipe, seed
        self.data: Mapping[str, Any] = data
        self.device = data["train"].target.device
        with global_stream(seed, "init"):  # drawn on the CPU: the same weights on every device
            self.model = config.build().to(self.device)
        self.optimizer = AdamW(
            self.model.parameters(), recipe.lr, weight_decay=recipe.weight_decay, fused=True
        )
        self.history: list[dict[str, float]] = []
        self.best: dict[str, Any] = {"epoch": 0, "value": math.inf, "weights": {}}
        self.seconds = 0.0

    def run_epoch(self) -> None:
        """Train one epoch, validate, and keep the weights if they are the best so far.

        Raises:
            TrainingError: a term, the gradient or a validation prediction is not finite.
        """
        start, epoch = time.perf_counter(), self.begin()
        with global_stream(self.seed, f"dropout/{epoch.number}", self.device):
            steps = [self._step(self.data["train"].rows(rows), epoch.noise, lr) for rows, lr in epoch.steps()]
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
        """Validate after an epoch, and keep the weights if they are the best so far.

        Args:
            epoch: as `begin` gave it.
            steps: the terms of each step, 0-dim.

        Raises:
            TrainingError: see `run_epoch`.
        """
        terms = self._means(epoch.number, steps)
        prediction = predict_batch(self.model, self.data["valid"])
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

    def finish(self) -> Run:
        """Score the best weights, now on the test split too; the model lets go of a stack."""
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
        return Run(
            self.seed, self.model.eval(), self.best["epoch"], self.history, metrics, predictions, self.seconds
        )

    def start_again(self) -> None:
        """Forget all epochs."""
        self.load_state_dict(Training(self.config, self.recipe, self.seed, self.data).state_dict())

    def twin(self) -> "Training":
        """Return another training in the same state."""
        twin = Training(self.config, self.recipe, self.seed, self.data)
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

    def _means(self, epoch: int, steps: list[dict[str, Tensor]]) -> dict[str, float]:
        """The mean of each term over the steps of an epoch."""
        names = list(steps[0])
        values = torch.stack([torch.stack(self._terms(epoch, names, step)) for step in steps])
        self._check_finite(epoch, names, values)
        return dict(zip(names, values.mean(dim=0).tolist(), strict=True))

    def _terms(self, epoch: int, names: list[str], step: dict[str, Tensor]) -> list[Tensor]:
        """The terms of a step; those of the first step, and no others."""
        if list(step) != names:
            here, there = (", ".join(n for n in each if n not in COLUMNS) or "none" for each in (step, names))
            raise ValueError(
                f"seed {self.seed}, epoch {epoch}: expected the parts {there} at every step, found {here}"
            )
        return list(step.values())

    def _step(self, batch: Batch, noise: torch.Generator, lr: float) -> dict[str, Tensor]:
        """One update; the terms of its loss and the norm of its gradient."""
        terms = terms_of(self.model, batch, noise)
        self.optimizer.zero_grad()
        terms["total"].backward()
        norm = clip_grad_norm_(self.model.parameters(), CLIP)
        self.optimizer.param_groups[0]["lr"] = lr
        self.optimizer.step()
        return {name: term.detach() for name, term in {**terms, "grad_norm": norm}.items()}

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
