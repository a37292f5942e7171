"""What typical mistakes make of a forward pass in NumPy.

Letters: B samples, N experts, k chosen, D features.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[Any]]
Gate = Callable[[NDArray[Any]], NDArray[Any]]


def of_numpy(weights: Arrays, inputs: Arrays, k: int) -> dict[str, NDArray[Any]]:
    """Return {hint: the predictions that the mistake gives, (B,)}.

    Args:
        weights: {parameter: array} by the names of the chapter.
        inputs: {view: (B, width)}.
        k: experts chosen.
    """

    def predicted(gate: Gate = lambda logits: _cut(_softmax(logits), k), **slip: Any) -> NDArray[Any]:
        return _linear(weights, "head", _joint(weights, inputs, gate, **slip))[:, 0]

    return {
        "No expert is cut: keep the k largest of each row.": predicted(_softmax),
        "The weights of a row sum to one: take the softmax over all N experts, before the cut.": (
            predicted(lambda logits: _divided(_cut(_softmax(logits), k)))
        ),
        "The softmax runs over the batch. It runs over the experts, the last axis.": (
            predicted(lambda logits: _cut(_softmax(logits.T).T, k))
        ),
        "The LayerNorm after the projection is missing.": predicted(norm=False),
        "A LayerNorm divides by D, not by D - 1: ddof=0.": predicted(ddof=1),
        "This weighs log-variances: f1 gives the means.": predicted(layer="f2"),
        "The head's bias is missing.": predicted() - weights["head.bias"],
    }


def _joint(
    weights: Arrays, inputs: Arrays, gate: Gate, *, norm: bool = True, ddof: int = 0, layer: str = "f1"
) -> NDArray[Any]:
    """All views' h side by side, (B, M D)."""
    found = []
    for m, x in inputs.items():
        x = _linear(weights, f"project.{m}.0", x)
        if norm:
            x = (x - x.mean(1, keepdims=True)) / np.sqrt(x.var(1, keepdims=True, ddof=ddof) + 1e-5)
            x = x * weights[f"project.{m}.1.weight"] + weights[f"project.{m}.1.bias"]
        chosen = gate(_linear(weights, f"mixture.{m}.gate.linear", x))
        answers = _linear(weights, f"mixture.{m}.experts.{layer}", x).reshape(*chosen.shape, -1)
        found.append((chosen[..., None] * answers).sum(axis=1))
    return np.concatenate(found, axis=1)


def _linear(weights: Arrays, name: str, x: NDArray[Any]) -> NDArray[Any]:
    return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]


def _softmax(logits: NDArray[Any]) -> NDArray[Any]:
    return _divided(np.exp(logits - logits.max(axis=1, keepdims=True)))


def _divided(values: NDArray[Any]) -> NDArray[Any]:
    return values / values.sum(axis=1, keepdims=True)


def _cut(probs: NDArray[Any], k: int) -> NDArray[Any]:
    return probs * (probs >= np.sort(probs, axis=1)[:, [-k]])
