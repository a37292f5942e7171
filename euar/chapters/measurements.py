"""The experiments of the book by name: what each measures, from the `measure.py` of its chapter."""

from collections.abc import Callable

from euar.chapters.data_and_leaks import measure as probes
from euar.chapters.kl_regularisation import measure as kl_regularisation
from euar.chapters.ledger import measure as expert_number
from euar.chapters.mosei import measure as mosei
from euar.chapters.mosi import measure as mosi
from euar.chapters.mvsa import measure as mvsa
from euar.chapters.mvsa import twins
from euar.chapters.nyud import measure as nyud
from euar.chapters.paper_against_code import measure as differences
from euar.chapters.quick_start import measure as embedded
from euar.chapters.uncertainty_loss import measure as uncertainty_loss
from euar.chapters.what_sigma_knows import measure as what_sigma_knows
from euar.chapters.whole_model import measure as whole_model
from euar.experiments import grid
from euar.experiments.run import Request

EXPERIMENTS: dict[str, Callable[[], list[Request]]] = {
    "differences": differences.requests,
    "embedded": embedded.requests,
    "expert-number": expert_number.requests,
    "grid": grid.requests,
    "kl": kl_regularisation.requests,
    "mosei": mosei.requests,
    "mosi": mosi.requests,
    "mvsa": mvsa.requests,
    "nyud": nyud.requests,
    "probes": probes.requests,
    "sigma": what_sigma_knows.requests,
    "twins": twins.requests,
    "uncertainty": uncertainty_loss.requests,
    "whole-model": whole_model.requests,
}


def requests(name: str) -> list[Request]:
    """Return what an experiment asks for.

    Raises:
        ValueError: an unknown name.
    """
    if name not in EXPERIMENTS:
        raise ValueError(f"experiment: expected one of {', '.join(EXPERIMENTS)}, found {name!r}")
    return EXPERIMENTS[name]()
