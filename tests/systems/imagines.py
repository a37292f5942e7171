"""What systems that imagine missing modalities promise beside `contract`; their tests ask for it.

Data: three views of one label, so that any of them tells about the others.
"""

import numpy as np
import torch

from euar.data import corruption, simulate
from euar.systems import find
from euar.training import fit, predict


def does_better_than_fusion_without_the_best_view(name):
    """Trained on whole rows and tested without text, beat early fusion and a constant by far."""
    data = simulate((300, 60, 300), noise=(0.1, 0.5))
    without = corruption.with_available(data, {"text": data.split != "test"})
    truth = data.target[data.split == "test"]

    def error(system):
        config = find(system).configure(data.in_features)
        run = fit(config, data, epochs=8, lr=3e-3, batch_size=32, device="cpu", progress=False)[0]
        return np.abs(predict(run.model, without) - truth).mean()

    ours, plain, constant = error(name), error("concat"), np.abs(truth - np.median(truth)).mean()
    assert ours < 0.8 * plain
    assert ours < 0.7 * constant


def leaves_nothing_out_in_evaluation(model, inputs):
    """Two looks agree, and give what one look at each row gives; in training they do not."""
    model.train()
    first, second = (model(inputs, None, torch.Generator().manual_seed(seed)) for seed in (0, 1))
    assert not torch.equal(first.prediction, second.prediction)
    model.eval()
    assert torch.equal(model(inputs).prediction, model(inputs).prediction)
