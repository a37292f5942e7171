"""One seed's training: epochs of AdamW, validation after each, the best weights kept."""

import copy
import math
import time
import warnings
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.utils import clip_grad_norm_
from torch.optim import AdamW
from torch.optim.lr_scheduler import CosineAnnealingLR

from euar.systems.base import LossTerms
from euar.training import scoring
from euar.training.batches import Batch
from euar.training.predict import predict_batch
from euar.training.recipe import Recipe
from euar.training.runs import Run
from euar.training.seeding import generator, global_stream

CLIP = 5.0
#: The columns of a history that no term of a loss may be named like; `valid_…` belong to validation.
COLUMNS = ("epoch", "lr", "total", "task", "grad_norm")


class TrainingError(RuntimeError):
    """Training cannot go on: a loss, a gradient or a prediction is not finite."""


class Training:
    """The state of one seed's training between epochs.

    Args:
        config: anything whose `build()` returns a module with `MultimodalModel`'s forward and loss; its
            `epoch` is set before each epoch.
        recipe: how to train.
        seed: with a purpose and an epoch it decides every random number.
        data: the standardised batches `"train"`, `"valid"` and `"test"`; only `finish` looks at the last.
    """

    def __init__(self, config: Any, recipe: Recipe, seed: int, data: dict[str, Batch]):
        self.recipe, self.seed, self.data = recipe, seed, data
        self.device = data["train"].target.device
        with global_stream(seed, "init"):  # drawn on the CPU: the same weights on every device
            self.model = config.build().to(self.device)
        self.optimizer = AdamW(
            self.model.parameters(), recipe.lr, weight_decay=recipe.weight_decay, fused=True
        )
        steps = math.ceil(len(data["train"].target) / recipe.batch_size)
        self.schedule = CosineAnnealingLR(self.optimizer, T_max=recipe.epochs * steps)
        self.history: list[dict[str, float]] = []
        self.best: dict[str, Any] = {"epoch": 0, "value": math.inf, "weights": {}}
        self.seconds = 0.0

    def run_epoch(self) -> None:
        """Train one epoch, validate, and keep the weights if they are the best so far.

        Raises:
            TrainingError: a term, the gradient or a validation prediction is not finite.
        """
        start, epoch = time.perf_counter(), len(self.history) + 1
        lr = float(self.schedule.get_last_lr()[0])
        terms = self._train(epoch)
        prediction = predict_batch(self.model, self.data["valid"])
        if not np.isfinite(prediction).all():
            raise TrainingError(f"seed {self.seed}, epoch {epoch}: the validation predictions are not finite")
        target = self.data["valid"].target.cpu().numpy()
        value = scoring.criterion(prediction, target)
        if self.recipe.select == "last" or value < self.best["value"]:
            self.best = {
                "epoch": epoch,
                "value": value,
                "weights": copy.deepcopy(self.model.state_dict()),
            }
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a constant early on is no news; the final scores warn
            scores = scoring.scores(prediction, target, sentiment=self.data["valid"].scale.sentiment)
        valid = {f"valid_{name}": score for name, score in {"criterion": value, **scores}.items()}
        self.history.append({"epoch": epoch, "lr": lr, **terms, **valid})
        self.seconds += time.perf_counter() - start

    def finish(self) -> Run:
        """Score the best weights, now on the test split too."""
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

    def state_dict(self) -> dict[str, Any]:
        """Return all that the next epoch depends on; random streams start anew from their names."""
        parts = {name: getattr(self, name).state_dict() for name in ("model", "optimizer", "schedule")}
        return {**parts, "history": self.history, "best": self.best, "seconds": self.seconds}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from a `state_dict`."""
        for name in ("model", "optimizer", "schedule"):
            getattr(self, name).load_state_dict(state[name])
        self.history, self.best, self.seconds = state["history"], state["best"], state["seconds"]

    def _train(self, epoch: int) -> dict[str, float]:
        """One pass over the training split; the mean of each term over its steps."""
        self.model.train()
        self.model.epoch = epoch
        train, noise = self.data["train"], generator(self.seed, f"noise/{epoch}", self.device)
        order = torch.randperm(len(train.target), generator=generator(self.seed, f"order/{epoch}"))
        batches = torch.split(order.to(self.device), self.recipe.batch_size)
        with global_stream(self.seed, f"dropout/{epoch}", self.device):
            steps = [self._step(train.rows(index), noise) for index in batches]
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

    def _step(self, batch: Batch, noise: torch.Generator) -> dict[str, Tensor]:
        """One update; the terms of its loss and the norm of its gradient."""
        output = self.model(batch.inputs, batch.available, noise)
        loss = self.model.loss(output, batch.target)
        self.optimizer.zero_grad()
        loss.total.backward()
        norm = clip_grad_norm_(self.model.parameters(), CLIP)
        self.optimizer.step()
        self.schedule.step()
        return {name: term.detach() for name, term in {**_columns(loss), "grad_norm": norm}.items()}

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


def _columns(loss: LossTerms) -> dict[str, Tensor]:
    """The terms of a loss by the names they have in a history."""
    for name, term in loss.parts.items():
        if name in COLUMNS or name.startswith("valid_"):
            raise ValueError(
                f"parts: {name!r} is a column of the history already ({', '.join(COLUMNS)}, valid_…)"
            )
        if term.ndim:
            raise ValueError(f"parts[{name!r}]: expected a 0-dim tensor, found shape {tuple(term.shape)}")
    return {"total": loss.total, "task": loss.task, **loss.parts}
