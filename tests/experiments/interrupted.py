"""What the interruption test runs in a process of its own."""

from pathlib import Path

from euar.experiments.train import Train
from euar.files import write_json
from euar.training import Recipe

SEEDS, EPOCHS = (0, 1), 80


def main(data: str, out: str) -> None:
    """Do what `euar train DATA --out OUT` does."""
    asked = Train(data=data, seeds=SEEDS, recipe=Recipe(epochs=EPOCHS), device="cpu")
    write_json(Path(out) / "result.json", asked.train(Path(out), progress=False).record)
