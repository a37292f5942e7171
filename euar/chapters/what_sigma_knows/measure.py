"""Does sigma measure the noise of a sample? Trained networks, tested where the noise is known."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from euar.chapters.what_sigma_knows.likelihood import LikelihoodConfig
from euar.chapters.what_sigma_knows.meters import Readings, partial, readings, spearman, within
from euar.chapters.what_sigma_knows.variance_optimum import best_variance, converged, excess
from euar.data import MultimodalDataset, load, simulate
from euar.experiments.linear import baselines
from euar.experiments.measurement import Fitted, Observation
from euar.experiments.store import newest
from euar.experiments.watched import rounded
from euar.model import EUAR, EUARConfig
from euar.training import Recipe
from euar.training.batches import Batch, all_splits, split_tensors
from euar.training.device import one_thread
from euar.training.loop import Training
from euar.training.predict import evaluating

NETWORKS: Mapping[str, Callable[[dict[str, int]], EUARConfig]] = {
    "default": EUARConfig,
    "paper": EUARConfig.paper,
    "likelihood": LikelihoodConfig,
}
LEVELS = tuple(float(f"{level:.3g}") for level in np.geomspace(0.1, 2, 5))
_CPU = torch.device("cpu")
_SAMPLED = 17  # every so many coordinates make a rank correlation over all of them
_RECIPES = {"embedded": Recipe(lr=3e-3, epochs=10), "simulated": Recipe(lr=3e-3, epochs=20)}


@dataclass(frozen=True, kw_only=True)
class Meter(Fitted):
    """One network on one kind of data, as data.

    A run adds `states` {moment: `look`} to `Run.record`. The moments are the `start`, the `selected` and the
    `last` epoch; where the closed form holds, also `selected converged` and `last converged`, with the
    variance maps of `converged`.

    Attributes:
        network: a name of `NETWORKS`.
        data: a name or path for `euar.data.load`, or a simulated `world` by its name, which is the variant.
        views: the modalities to see; None is all.
        seeds: one training each, and one draw of simulated data each.
    """

    network: str
    views: tuple[str, ...] | None = None
    seeds: tuple[int, ...] = tuple(range(10))
    recipe: Recipe = _RECIPES["simulated"]

    @property
    def name(self) -> str:
        """The network."""
        return self.network

    def dataset(self) -> MultimodalDataset:
        """Return the data of the first seed, in raw units."""
        return self.world(self.seeds[0])

    def config(self, dataset: MultimodalDataset) -> EUARConfig:
        """Return the network's configuration."""
        return NETWORKS[self.network](dataset.in_features)

    def world(self, seed: int, noise: tuple[float, float] = (0.1, 2.0)) -> MultimodalDataset:
        """Return the data of a seed, see `world`."""
        dataset = world(self.variant or self.data, seed, noise)
        return dataset if self.views is None else dataset.with_modalities(self.views)

    def observe(self, dataset: MultimodalDataset) -> Observation:
        """Train every seed; no predictions are kept, since each simulated seed has rows of its own."""
        with one_thread():
            runs = [self._metered(seed) for seed in self.seeds]
        return Observation({"runs": runs, "baselines": baselines(dataset)}, {})

    def _metered(self, seed: int) -> dict[str, Any]:
        """Train one seed on its own draw; look at it before, at the selected epoch and at the end."""
        dataset = self.world(seed)
        data, doses = all_splits(dataset, _CPU), self._doses(dataset, seed)
        training = Training(self.config(dataset), self.recipe, seed, data)
        states = {"start": look(training.model, dataset, data, doses)}
        while not training.done:
            training.run_epoch()
        for moment in ("last", "selected"):
            if moment == "selected":
                run = training.finish()  # from here on the model has the weights of the selected epoch
            states[moment] = look(training.model, dataset, data, doses)
            if self.network != "likelihood":
                model = converged(training.model, data["train"])
                states[f"{moment} converged"] = look(model, dataset, data, doses)
        return {**run.record(), "states": rounded(states, 4)}

    def _doses(self, dataset: MultimodalDataset, seed: int) -> list[Batch]:
        """The test rows with all modalities at one level, for each of `LEVELS`; none for real data."""
        if "noise" not in dataset.meta:
            return []
        return [_with_test_rows(dataset, self.world(seed, (level, level))) for level in LEVELS]


def measurements() -> list[Meter]:
    """Return both presets and the likelihood in each world, and the likelihood on each simulated modality."""
    tweets, views = _RECIPES["embedded"], ("text", "audio", "vision")
    return [
        *(Meter(network=n, data="simulated", variant=name) for name in _WORLDS for n in NETWORKS),
        *(Meter(network=n, data="embedded", recipe=tweets) for n in NETWORKS),
        *(Meter(network="likelihood", data="simulated", variant="loud", views=(m,)) for m in views),
    ]


def by_network() -> dict[tuple[str, ...], dict[str, Any]]:
    """Return the newest results by network, world or set, and modalities, as one tuple."""
    return {
        (asked.network, asked.variant or asked.data, *result["data"]["features"]): result
        for asked, result in newest("what_sigma_knows", measurements())
    }


def world(name: str, seed: int = 0, noise: tuple[float, float] = (0.1, 2.0)) -> MultimodalDataset:
    """Return simulated data whose noisy rows are long (`"loud"`) or short (`"quiet"`), or a named set.

    The two hold the same signals in the same relative noise: a quiet row is a loud one times 0.2 / noise^2,
    which turns noise of size s into 0.2 / s. What a row tells of its label is the same.

    Args:
        name: `"loud"`, `"quiet"`, or a name or path for `euar.data.load`.
        seed: of the simulated draw.
        noise: least and greatest noise of the loud rows.
    """
    return _WORLDS[name](simulate(seed=seed, noise=noise)) if name in _WORLDS else load(name)


def look(
    model: EUAR, dataset: MultimodalDataset, data: dict[str, Batch], doses: list[Batch]
) -> dict[str, Any]:
    """Return how a model's readings pass the tests on the test rows, and how far sigma^2 is from s*.

    `views` {modality: {reading: {test: value}}} holds rank correlations: with the modality's known `noise`,
    with its level `within` rows, with the raters' SD (`raters`, and `raters given` extremity and length),
    with the absolute `error`; `log` also with `unfamiliar`, and `mean` has its `average`. `whole` {modality:
    {test: value}} is the same of a likelihood's variance. `distance` {modality: {what: value}} is about the
    training rows, see `_distance`.

    Args:
        model: an `EUAR` or a `LikelihoodEUAR`.
        dataset: in raw units.
        data: its splits.
        doses: the test rows at rising levels.
    """
    found = readings(model, data["test"], data["train"])
    by_level = [readings(model, dose, data["train"]) for dose in doses]
    test = dataset.subset(split="test")
    views = {m: _view(m, found, by_level, test) for m in found.views}
    if found.whole is None:
        return {"views": views, "distance": {m: _distance(model, data["train"], m) for m in views}}
    return {"views": views, "whole": _whole(model, found, doses, data, test)}


def _view(
    m: str, found: Readings, by_level: list[Readings], test: MultimodalDataset
) -> dict[str, dict[str, float]]:
    """The tests of a modality's readings."""
    of = found.views[m]
    tests = {name: _tests(values, m, found.error, test) for name, values in of.items()}
    if by_level:
        for name, results in tests.items():
            results["within"] = within([reading.views[m][name] for reading in by_level])
    tests["log"]["unfamiliar"] = spearman(of["log"], of["unfamiliar"])
    tests["mean"]["average"] = float(of["mean"].mean())
    return tests


def _whole(
    model: EUAR, found: Readings, doses: list[Batch], data: dict[str, Batch], test: MultimodalDataset
) -> dict[str, Any]:
    """The tests of the one variance of a likelihood, against each modality; only that one's noise rises."""
    tests = {m: _tests(_variance(found), m, found.error, test) for m in found.views}
    for m in tests if doses else ():
        batches = [data["test"]._replace(inputs=data["test"].inputs | {m: dose.inputs[m]}) for dose in doses]
        tests[m]["within"] = within([_variance(readings(model, batch, data["train"])) for batch in batches])
    return tests


def _variance(found: Readings) -> NDArray:
    assert found.whole is not None  # of a likelihood
    return found.whole


def _tests(values: NDArray, m: str, error: NDArray, test: MultimodalDataset) -> dict[str, float]:
    """A reading's rank correlations with what is known of the test rows."""
    if "noise" in test.meta:
        return {"noise": spearman(values, test.meta["noise"][m]), "error": spearman(values, error)}
    assert test.target_sd is not None  # what several raters said is known
    few = test.meta["pool"] == "20"  # the pools are not alike; see the chapter on noise and views
    length = test.modalities["style"][:, test.meta["columns"]["style"].index("characters")]
    raters, given = test.target_sd[few], [np.abs(test.target[few]), length[few]]
    return {
        "raters": spearman(values[few], raters),
        "raters given": partial(values[few], raters, given),
        "error": spearman(values, error),
    }


@torch.no_grad()
def _distance(model: EUAR, train: Batch, m: str) -> dict[str, float]:
    """How far sigma^2 of all pairs of row and expert is from s*, and what a map that ignores x could reach.

    `chosen` and `others` are the mean `excess`, `ignoring x` the least of constants for both together, `both`
    that of the model; `ratio` is the median of s / s* and `order` the rank correlation, over chosen pairs.
    """
    with evaluating(model):
        out = model(train.inputs).moe[m]
    best, variance = best_variance(model, out, m), out.gaussian.variance
    far, chosen = excess(variance, best), out.routing.weights > 0
    constant = 1 / (1 / best).mean(dim=0)  # (N, D), the minimum of the mean excess over one s
    return {
        "chosen": far[chosen].mean().item(),
        "others": far[~chosen].mean().item(),
        "both": far.mean().item(),
        "ignoring x": excess(constant, best).mean().item(),
        "ratio": (variance / best)[chosen].median().item(),
        "order": spearman(*(values[chosen].flatten()[::_SAMPLED].numpy() for values in (variance, best))),
    }


def _with_test_rows(dataset: MultimodalDataset, other: MultimodalDataset) -> Batch:
    """Another draw's test rows, standardised like the data set's own."""
    test = (dataset.split == "test")[:, None]
    modalities = {m: np.where(test, other.modalities[m], x) for m, x in dataset.modalities.items()}
    return split_tensors(replace(dataset, modalities=modalities).standardize(), "test", _CPU)


def _loud(dataset: MultimodalDataset) -> MultimodalDataset:
    return dataset


def _quiet(dataset: MultimodalDataset) -> MultimodalDataset:
    scale = {m: 0.2 / level[:, None] ** 2 for m, level in dataset.meta["noise"].items()}
    return replace(dataset, modalities={m: x * scale[m] for m, x in dataset.modalities.items()})


_WORLDS = {"loud": _loud, "quiet": _quiet}
