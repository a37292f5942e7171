"""Training: `fit` for several seeds, `predict`, and the metrics that judge both."""

from euar.training import metrics
from euar.training.fit import fit
from euar.training.loop import TrainingError
from euar.training.predict import predict
from euar.training.recipe import Recipe
from euar.training.runs import Run, Runs, Summary

__all__ = ["Recipe", "Run", "Runs", "Summary", "TrainingError", "fit", "metrics", "predict"]
