"""Predictions of a trained model."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import nn

from euar._checks import check_positive, check_word
from euar.data.dataset import MultimodalDataset
from euar.training.batches import SPLITS, Rows, Source, learned_of, order_of, split_tensors
from euar.training.device import one_thread
from euar.training.windows import seen_by


def predict(
    model: nn.Module, dataset: MultimodalDataset | Source, split: str = "test", batch_size: int = 256
) -> np.ndarray:
    """Return a model's predictions for one split, in evaluation mode and without gradients.

    Args:
        model: a module with `EUAR`'s forward, on any device.
        dataset: the data in raw units, training split included: features and ratings are scaled here as in
            `fit`. New rows, which have none, are for `Run.predict`.
        split: `"train"`, `"valid"` or `"test"`.
        batch_size: samples at a time. Only a model that renormalises over the batch sees the difference.

    Returns:
        (n,) float32 in label units, or logits (n, C), in the order of the split's rows.

    Raises:
        ValueError: no such split, a batch size that is no int from 1, a split without rows, or data that do
            not fit the model.

    Example:
        >>> from euar.data import simulate
        >>> from euar.model import EUARConfig
        >>> dataset = simulate(n=(32, 16, 16))
        >>> predict(EUARConfig(dataset.in_features).build(), dataset, split="valid").shape
        (16,)
    """
    check_word("split", split, SPLITS)
    check_positive("batch_size", batch_size)
    device = next(model.parameters()).device
    if isinstance(dataset, Source):
        return predict_batch(model, dataset.splits(device)[split], batch_size)
    learned = learned_of(dataset)
    rows = split_tensors(dataset.scaled(learned.columns), split, device, learned.target)
    return predict_batch(model, rows, batch_size)


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Keep a model in evaluation mode, without gradients, inside the block; its mode comes back after it.

    Example:
        >>> model = nn.Dropout().train()
        >>> with evaluating(model):
        ...     model.training
        False
        >>> model.training
        True
    """
    training = model.training
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        model.train(training)


def predict_batch(model: nn.Module, rows: Rows, batch_size: int = 256) -> np.ndarray:
    """Like `predict`, for rows that are standardised already.

    Example:
        >>> from euar.training.batches import Batch
        >>> from euar.model import EUARConfig
        >>> batch = Batch({"text": torch.zeros(4, 3)}, available={}, target=torch.zeros(4))
        >>> predict_batch(EUARConfig({"text": 3}).build(), batch).shape
        (4,)
    """
    with one_thread(), evaluating(model):
        rows = seen_by(model, rows)
        order = order_of(rows, None, batch_size)
        parts = (rows.rows(index) for index in order)
        answers = torch.cat([model(part.inputs, part.available).prediction for part in parts])
        answers = torch.empty_like(answers).index_copy_(0, torch.cat(list(order)), answers)
    return rows.scale.to_user(answers.cpu().numpy())
