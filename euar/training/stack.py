"""Several trainings as one program: a step of all of them costs little more than a step of one.

Small models leave a processor idle: a step of one seed is hundreds of operations on few numbers. Here the
weights of S replicas lie side by side, (S, ...), each operation does the work of all, and a replica's own
model, optimiser and history see its slice. Every replica keeps its order of rows, its noise, its rate and its
clipping, so that it learns what it would learn alone, but for the last bits.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.optim import AdamW

from euar._replicas import Generators
from euar.training.batches import Batch
from euar.training.epoch import Step
from euar.training.loop import CLIP, Training

_MOMENTS = ("exp_avg", "exp_avg_sq")


class Stack:
    """Trainings of one configuration on one data set that have come equally far, for several seeds and rates.

    Args:
        trainings: what to train; the states of their models and optimisers become slices of this one's.
    """

    def __init__(self, trainings: Sequence[Training]):
        self.trainings = sorted(trainings, key=lambda training: training.recipe.lr)
        self._step_of_one = Step(self.trainings[0].model)
        self._weights = {name: self._together(name) for name, _ in self._step_of_one.named_parameters()}
        self._trained = [weight for weight in self._weights.values() if weight.requires_grad]
        self._optimizer = AdamW(self._by_rate(), fused=True)
        self._adopt()

    def run_epoch(self) -> None:
        """Train one epoch, validate, and keep each replica's weights if they are its best so far.

        A replica that leaves the finite is `broken`, and no other is touched.
        """
        start = time.perf_counter()
        epochs = [training.begin() for training in self.trainings]
        train, noise, steps = self.trainings[0].data["train"], Generators(e.noise for e in epochs), []
        for step, rows in enumerate(zip(*(epoch.batches for epoch in epochs), strict=True)):
            for group in self._optimizer.param_groups:
                group["lr"] = epochs[group["replicas"].start].rate(step)
            steps.append(self._step(train.rows(torch.stack(rows)), noise))
        self._share()
        for i, (training, epoch) in enumerate(zip(self.trainings, epochs, strict=True)):
            training.end(epoch, [{name: term[i] for name, term in terms.items()} for terms in steps])
        seconds = (time.perf_counter() - start) / len(self.trainings)
        for training in self.trainings:
            training.seconds += seconds
            training.heard(1)

    def _step(self, batch: Batch, noise: Generators) -> dict[str, Tensor]:
        """One update of all replicas; their terms and the norms of their gradients, (S,) each."""

        def one(weights: Mapping[str, Tensor], *rows: Any) -> Any:
            return functional_call(self._step_of_one, dict(weights), (Batch(*rows), noise))

        terms = torch.vmap(one)(self._weights, batch.inputs, batch.available, batch.target)
        found = torch.autograd.grad(terms["total"].sum(), self._trained, allow_unused=True)
        gradients = [
            None if g is None else g.contiguous() for g in found
        ]  # AdamW takes their memory as it lies
        norm = _clip([gradient for gradient in gradients if gradient is not None])
        for group in self._optimizer.param_groups:
            for part, gradient in zip(group["params"], gradients, strict=True):
                part.grad = None if gradient is None else gradient[group["replicas"]]
        self._optimizer.step()
        return {name: term.detach() for name, term in {**terms, "grad_norm": norm}.items()}

    def _together(self, name: str) -> nn.Parameter:
        """One weight of all replicas, (S, ...), which their models hold slices of from now on."""
        parts = [Step(training.model).get_parameter(name) for training in self.trainings]
        weight = nn.Parameter(torch.stack([part.detach() for part in parts]), parts[0].requires_grad)
        for part, own in zip(parts, weight.detach(), strict=True):
            part.data = own
        return weight

    def _by_rate(self) -> Iterator[dict[str, Any]]:
        """A group of parameters for each learning rate: slices of all weights that are trained."""
        rates = [training.recipe.lr for training in self.trainings]
        decay = self.trainings[0].recipe.weight_decay
        for rate in sorted(set(rates)):
            replicas = slice(rates.index(rate), rates.index(rate) + rates.count(rate))
            weights = [weight.detach()[replicas] for weight in self._trained]
            yield {"params": weights, "lr": rate, "weight_decay": decay, "replicas": replicas}

    def _states(self) -> Iterator[tuple[Tensor, list[dict[str, Any]]]]:
        """Each slice of a weight, with its replicas' own states of their optimisers."""
        for group in self._optimizer.param_groups:
            owners = self.trainings[group["replicas"]]
            own = [filter(_is_trained, owner.optimizer.param_groups[0]["params"]) for owner in owners]
            for weight, *parts in zip(group["params"], *own, strict=True):
                yield weight, [owner.optimizer.state[p] for owner, p in zip(owners, parts, strict=True)]

    def _adopt(self) -> None:
        """Continue from the replicas' optimisers, where they have made a step."""
        for weight, states in self._states():
            if states[0]:
                moments = {name: torch.stack([state[name] for state in states]) for name in _MOMENTS}
                self._optimizer.state[weight] = {"step": states[0]["step"].clone(), **moments}

    def _share(self) -> None:
        """Let the replicas' optimisers see their slices."""
        for weight, states in self._states():
            together = self._optimizer.state.get(weight, {})  # of a weight that nothing reads there is none
            for i, state in enumerate(states if together else ()):
                state.update(step=together["step"], **{name: together[name][i] for name in _MOMENTS})


def _is_trained(parameter: Tensor) -> bool:
    return parameter.requires_grad


def _clip(gradients: Sequence[Tensor]) -> Tensor:
    """Clip each replica's gradient as `clip_grad_norm_` does, in place; their norms before it, (S,)."""
    norms = [torch.linalg.vector_norm(gradient.reshape(len(gradient), -1), dim=1) for gradient in gradients]
    norm: Tensor = torch.linalg.vector_norm(torch.stack(norms), dim=0)
    scale = (CLIP / (norm + 1e-6)).clamp(max=1)
    for gradient in gradients:
        gradient.mul_(scale.view(-1, *[1] * (gradient.ndim - 1)))
    return norm
