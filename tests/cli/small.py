"""What the tests of `euar experiment` measure: two systems at two rates, an epoch each."""

import os
from itertools import product

from euar.experiments.train import Train
from euar.training import Recipe


def measurements():
    return [
        Train(data=os.environ["SMALL"], system=name, device="cpu", recipe=Recipe(epochs=1, lr=lr))
        for name, lr in product(("default", "concat"), (0.001, 0.01))
    ]
