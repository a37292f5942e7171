"""Numbers of the trained seeds, as both pages of the chapter read them from the results."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

VIEWS = ("text", "audio", "vision")  # of the simulated data
MOMENTS = ("start", "selected", "last", "selected converged", "last converged")


@dataclass(frozen=True)
class Seeds:
    """Numbers of each seed, (S,), from results.

    Attributes:
        results: {(network, data, *modalities): result}, as `measure.by_network` returns them.
    """

    results: Mapping[tuple[str, ...], Mapping[str, Any]]

    def __call__(
        self, network: str, data: str, moment: str, *path: str, alone: str | None = None
    ) -> NDArray[np.float64]:
        """Return what stands at a path of each seed's state.

        Args:
            network: a name of `measure.NETWORKS`.
            data: a simulated world or a data set.
            moment: one of `MOMENTS`; a likelihood has no converged ones.
            *path: keys, see `measure.look`.
            alone: the one modality that the network saw; None is all of them.

        Raises:
            KeyError: the path leads nowhere.
            ValueError: there is no such network.
        """
        found = [run["states"][moment] for run in self._runs(network, data, alone)]
        for name in path:
            found = [part[name] for part in found]
        return np.array(found)

    def by_modality(
        self, network: str, data: str, moment: str, reading: str, what: str = "noise"
    ) -> NDArray[np.float64]:
        """Return a test of a reading, averaged over the simulated modalities."""
        of = [self(network, data, moment, "views", m, reading, what) for m in VIEWS]
        return np.mean(of, axis=0)

    def excess_ratio(self, network: str, moment: str) -> NDArray[np.float64]:
        """Return the excess over that of the best constants, in the loud world, averaged over modalities."""
        of = [
            [self(network, "loud", moment, "distance", m, n) for n in ("both", "ignoring x")] for m in VIEWS
        ]
        return np.mean([both / constants for both, constants in of], axis=0)

    def log_v(self, data: str, m: str, what: str, moment: str = "selected") -> NDArray[np.float64]:
        """Return a test of the one variance of the likelihood, against a modality."""
        return self("likelihood", data, moment, "whole", m, what)

    def _runs(self, network: str, data: str, alone: str | None) -> list[dict[str, Any]]:
        asked = [key for key in self.results if key[:2] == (network, data)]
        (key,) = (key for key in asked if (key[2:] == (alone,) if alone else len(key) > 3))
        return self.results[key]["runs"]
