"""What a model says about each row beside its prediction: how noisy its modalities are, how wrong it may be.

Letters: n rows, C classes, M modalities.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from euar._layers import fuse
from euar.model import EUAR, EUAROutput
from euar.propagation import Moments, of_mixture, through
from euar.systems.calibrated import CalibratedEUAR, CalibratedOutput
from euar.systems.qmf import QMF
from euar.systems.qmf import confidence as energy
from euar.systems.tmc import TMC, TMCOutput
from euar.systems.views import ViewsOutput
from euar.training.batches import Batch
from euar.training.device import one_thread
from euar.training.predict import evaluating


class Said(NamedTuple):
    """What a model says about n rows, in the user's units.

    Attributes:
        prediction: (n,) ratings or (n, C) probabilities.
        sd: (n,) the standard deviation that it announces for a rating; None for classes and for systems that
            announce none.
        noise: {modality: (n,)}, larger where it takes the modality to be noisier; {} of systems that do not
            look at modalities. Only the order of rows counts.
        weights: {modality: (n,)}, how much each counts, of systems that weigh them; they sum to 1.
    """

    prediction: NDArray[Any]
    sd: NDArray[Any] | None
    noise: dict[str, NDArray[Any]]
    weights: dict[str, NDArray[Any]]


@torch.no_grad()
def said_by(model: nn.Module, rows: Batch) -> Said:
    """Return what a trained model says, in evaluation mode.

    Args:
        model: of any system. One whose output has a `variance` announces it; those of `_LISTENERS` say more.
        rows: as the model takes them.
    """
    with one_thread(), evaluating(model):
        output = model(rows.inputs, rows.available)
    listen = next((of for kind, of in _LISTENERS.items() if type(model) is kind), _of_any)
    variance, noise, weights = listen(model, output)
    classes = output.prediction.ndim == 2
    prediction = output.prediction.softmax(dim=-1) if classes else output.prediction
    return Said(
        rows.scale.to_user(prediction.numpy()),
        None if classes or variance is None else variance.sqrt().numpy() * rows.scale.sd,
        {m: values.numpy() for m, values in noise.items()},
        {m: values.numpy() for m, values in weights.items()},
    )


_Heard = tuple[Tensor | None, dict[str, Tensor], dict[str, Tensor]]


def _of_any(_model: nn.Module, output: Any) -> _Heard:
    return getattr(output, "variance", None), {}, {}


def _of_euar(model: EUAR, output: EUAROutput) -> _Heard:
    """Its sigma, as the experts pass it on to h, and through the head."""
    hidden = {m: of_mixture(out) for m, out in output.moe.items()}
    names, fusion = model.config.in_features, model.config.fusion
    joint = Moments(*(fuse({m: of[i] for m, of in hidden.items()}, names, fusion) for i in (0, 1)))
    variance = through(model.head, joint).variance.squeeze(-1)
    return variance, {m: of.variance.mean(dim=-1) for m, of in hidden.items()}, {}


def _of_calibrated(_model: CalibratedEUAR, output: CalibratedOutput) -> _Heard:
    noise = {m: of.variance.mean(dim=-1) for m, of in output.measured.items()}
    return output.variance, noise, {m: part.mean(dim=-1) for m, part in output.weights.items()}


def _of_qmf(_model: QMF, output: ViewsOutput) -> _Heard:
    return None, {m: -energy(logits) for m, logits in output.each.items()}, {}


def _of_tmc(_model: TMC, output: TMCOutput) -> _Heard:
    return None, {m: alpha.shape[-1] / alpha.sum(dim=-1) for m, alpha in output.each.items()}, {}


_LISTENERS: dict[type[nn.Module], Callable[..., _Heard]] = {
    EUAR: _of_euar,
    CalibratedEUAR: _of_calibrated,
    QMF: _of_qmf,
    TMC: _of_tmc,
}
