"""One row of a comparison whose encoders train along: a system on top of them.

A training takes minutes where one on frozen features takes a second. So a few seeds choose the rates for all,
the same number of trials for every system, and what is finished stays in the cache until the row is.
"""

import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
from torch import nn

from euar.data import MultimodalDataset
from euar.data.corruption import withheld
from euar.data.features import Corruption
from euar.encoders import EncoderConfig, EndToEndConfig, PictureEncoderConfig, TextEncoderConfig
from euar.experiments.changed import named
from euar.experiments.measurement import Fitted, Observation, Predicted, observed, predicted
from euar.folders import cache_folder
from euar.systems import registry
from euar.training import Recipe, fit
from euar.training.raw_source import RawSource, default_encoders
from euar.training.runs import Runs
from euar.training.scoring import scores
from euar.training.targets import target_scale

CHOICE = "of the seeds in `trials`, the lowest mean criterion on validation, for all seeds"
#: Rates of what is pretrained and of all else, before a factor.
ENCODER_LR, LR = 5e-5, 1e-3
#: On words.
RECIPE = Recipe(epochs=6, batch_size=16, lr=LR, weight_decay=0.01, warmup=0.1)


@dataclass(frozen=True, kw_only=True)
class Tuned(Fitted):
    """A system and the encoders below it, as data.

    In a run's `others` stand its scores under each noise and, of several modalities, without each.

    Attributes:
        system: a name for `registry.find`.
        changes: (field, value) of the system's configuration where it differs.
        modalities: those that are used; None for all.
        frozen: lowest blocks of pretrained encoders that stay as they are.
        encoder_lr: the highest rate of what is pretrained.
        factors: of both rates; validation decides.
        trials: the seeds that train with every factor.
        noises: KIND:STRENGTH of the raw content, see `features.Corruption.parse`.
    """

    system: str = "default"
    changes: tuple[tuple[str, Any], ...] = ()
    modalities: tuple[str, ...] | None = None
    frozen: int = 0
    encoder_lr: float = ENCODER_LR
    factors: tuple[float, ...] = (0.3, 1.0, 3.0)
    trials: tuple[int, ...] = (0, 1)
    seeds: tuple[int, ...] = tuple(range(10))
    recipe: Recipe = field(default_factory=lambda: RECIPE)
    noises: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        registry.find(self.system)

    @property
    def name(self) -> str:
        """The system, and what differs."""
        return named(self.system, self.changes)

    def encoders(self, dataset: MultimodalDataset) -> dict[str, EncoderConfig]:
        """Return {modality: its encoder}: pretrained ones of raw content, features where there is none."""
        found = default_encoders(dataset)
        kept = {m: found[m] for m in self.modalities or found}
        tuned = (TextEncoderConfig, PictureEncoderConfig)
        return {m: replace(e, frozen=self.frozen) if isinstance(e, tuned) else e for m, e in kept.items()}

    def config(self, dataset: MultimodalDataset) -> EndToEndConfig:
        """Return the encoders and the system, at a factor of 1."""
        classes = int(np.max(dataset.target)) + 1 if dataset.task == "classification" else 1
        return EndToEndConfig(
            self.encoders(dataset),
            self.system,
            dict(self.changes),
            dataset.task,
            classes,
            encoder_lr=self.encoder_lr,
        )

    def settings(self, dataset: MultimodalDataset) -> dict[str, Any]:
        """Return the model's configuration, and how its rates are chosen."""
        return super().settings(dataset) | {"lr": CHOICE}

    def observe(self, dataset: MultimodalDataset) -> Observation:
        """Train the trials with every factor, then all seeds with the best, and test them as they are told.

        What is trained is kept until all is: the same measurement goes on where it was stopped.
        """
        folder = cache_folder() / "experiments" / self.key(dataset)
        tried = {factor: self._trained(dataset, factor, self.trials, folder) for factor in self.factors}
        valid = {factor: fmean(run.criterion for run in runs) for factor, runs in tried.items()}
        best = min(valid, key=valid.__getitem__)
        runs = self._trained(dataset, best, self.seeds, folder)
        clean, noisy = self._source(dataset), self._noisy(dataset)
        tests = noisy | self._without(dataset)
        said = {name: predicted(runs, test, dataset) for name, test in tests.items()}
        chosen = {"factor": best, "valid_by_factor": {f"{f:g}": value for f, value in valid.items()}}
        records = [
            {
                **run.record(),
                **chosen,
                "others": _others(dataset, said, place),
                **self.told(run.model, {"test": clean, **noisy}),
            }
            for place, run in enumerate(runs)
        ]
        found = observed(dataset, runs, records)
        shutil.rmtree(folder)
        return found._replace(predictions=found.predictions | said)

    def _trained(
        self, dataset: MultimodalDataset, factor: float, seeds: tuple[int, ...], folder: Path
    ) -> Runs:
        """Train some seeds with both rates times a factor, or read those that are trained already."""
        config = replace(self.config(dataset), encoder_lr=factor * self.encoder_lr)
        recipe = asdict(replace(self.recipe, lr=factor * self.recipe.lr))
        source, out = RawSource(dataset, config.encoders), folder / f"{factor:g}"
        return fit(config, source, seeds=seeds, **recipe, device="cpu", out=out)

    def told(self, model: nn.Module, tests: Mapping[str, RawSource]) -> dict[str, Any]:  # noqa: ARG002
        """Return what else to keep of a run; nothing, unless a subclass says so.

        Args:
            model: trained.
            tests: {test split: where it lies}, as it is and noisy.
        """
        return {}

    def _source(self, dataset: MultimodalDataset, **differs: Any) -> RawSource:
        return RawSource(dataset, self.encoders(dataset), **differs)

    def _noisy(self, dataset: MultimodalDataset) -> dict[str, RawSource]:
        return {name: self._source(dataset, corruption=Corruption.parse(name)) for name in self.noises}

    def _without(self, dataset: MultimodalDataset) -> dict[str, RawSource]:
        """The set without each of several modalities at test."""
        names = list(self.encoders(dataset))
        return {
            f"without {m}": self._source(dataset, available=withheld(dataset, m, names))
            for m in (names if len(names) > 1 else [])
        }


def _others(
    dataset: MultimodalDataset, said: Mapping[str, Predicted], place: int
) -> dict[str, dict[str, float]]:
    target, sentiment = dataset.target[dataset.split == "test"], target_scale(dataset).sentiment
    return {name: scores(found.values[place], target, sentiment=sentiment) for name, found in said.items()}
