"""What labels ask for, where the file does not say: integers may number classes, or be ratings."""

from dataclasses import replace

import numpy as np

from euar.data.dataset import MultimodalDataset
from euar.data.errors import DataError

_TASKS = ("regression", "classification")
#: In a source's record, where its labels are integers. They are read as classes.
INTEGERS = "integer_labels"


def with_task(dataset: MultimodalDataset, task: str | None) -> MultimodalDataset:
    """Return a set whose labels mean what was said.

    Args:
        dataset: whose labels may be integers.
        task: what they mean, "regression" or "classification"; None: what the source says, where it does.

    Raises:
        DataError: the labels are integers and no task is given, or the source says something else.
    """
    question = open_question(dataset)
    if task not in (*_TASKS, None):
        raise DataError(dataset.name, "task", " or ".join(_TASKS), repr(task), "correct it")
    if question is None:
        if task in (None, dataset.task):
            return dataset
        remedy = "leave --task out; integers alone can be both"
        raise DataError(dataset.name, "task", f"{dataset.task}, as the labels say", str(task), remedy)
    if task is None:
        raise question
    source = {name: value for name, value in dataset.meta["source"].items() if name != INTEGERS}
    if task == "classification":
        return replace(dataset, meta=dict(dataset.meta) | {"source": source})
    values = np.array([float(name) for name in dataset.meta["classes"]], dtype=np.float32)
    meta = {name: value for name, value in dataset.meta.items() if name != "classes"} | {"source": source}
    return replace(dataset, target=values[dataset.target], meta=meta)


def open_question(dataset: MultimodalDataset) -> DataError | None:
    """Return what is raised unless somebody says what the labels of a set mean; None where they say it."""
    source = dataset.meta.get("source")
    if not (isinstance(source, dict) and source.get(INTEGERS)):
        return None
    names = dataset.meta["classes"]
    found = f"integers, {len(names)} different from {names[0]} to {names[-1]}"
    remedy = "say --task classification, or --task regression if they are ratings"
    return DataError(dataset.name, "label", "labels whose task is known", found, remedy)
