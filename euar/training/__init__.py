"""Training: `fit` for several seeds, `load_run` for what it saved, and the metrics that judge both."""

from euar.training import metrics
from euar.training.fit import fit
from euar.training.loop import TrainingError
from euar.training.predict import predict
from euar.training.predictions import Predictions
from euar.training.preprocessing import Preprocessing
from euar.training.recipe import Recipe
from euar.training.runs import Run, Runs, Summary
from euar.training.saved import load_run

__all__ = [
    "Predictions",
    "Preprocessing",
    "Recipe",
    "Run",
    "Runs",
    "Summary",
    "TrainingError",
    "fit",
    "load_run",
    "metrics",
    "predict",
]
