"""A trained run, taken from its folder for use."""

from pathlib import Path

import euar.encoders.cached  # noqa: F401 -- a kind of encoder that a file may name
from euar.files import reading
from euar.training import run_files
from euar.training.device import resolve
from euar.training.origin import FILE, Origin
from euar.training.provenance import fields_of
from euar.training.runs import Run, Runs
from euar.training.seeding import global_stream


def load_run(folder: str | Path, *, device: str = "auto") -> Run | Runs:
    """Return a trained run, ready to predict new rows.

    Args:
        folder: of one seed, or of all seeds of a training (`fit(out=...)`, `Runs.save`, `euar train --out`).
        device: where the model shall be, see `fit`.

    Returns:
        The run of the one seed, or the runs of several; `predict` of these returns means over the seeds.

    Raises:
        ValueError: no run there, one not finished, one of a system that is not known here, or one that an
            older version saved without its preprocessing.
        DamagedFileError: a file is not as it was written.

    Example:
        >>> import tempfile, euar.data, euar.model, euar.training
        >>> rows, folder = euar.data.simulate(n=(32, 16, 16)), tempfile.mkdtemp()
        >>> config = euar.model.EUARConfig(rows.in_features)
        >>> runs = euar.training.fit(config, rows, epochs=1, progress=False, out=folder)
        >>> load_run(folder).predict(rows.subset(split="test"))
        Predictions(16 rows: id, prediction)
    """
    folder, where = Path(folder), resolve(device)
    if (folder / "run.json").exists():
        return _loaded(folder, str(where))
    seeds = sorted(folder.glob("seed-*"), key=lambda seed: (len(seed.name), seed.name))
    if not seeds:
        expected = "the folder of a run (run.json, or seed-0, seed-1, ...)"
        raise ValueError(f"{folder}: expected {expected}, found none; check the path")
    runs = [_loaded(seed, str(where)) for seed in seeds]
    for place, run in zip(seeds, runs, strict=True):
        if place.name != f"seed-{run.seed}":
            expected = f"the folder seed-{run.seed}, as its run.json says"
            raise ValueError(f"{place}: expected {expected}; move it away: a copy would count twice")
    origins = {run.origin.to_json() for run in runs if run.origin}
    if len(origins) > 1:
        raise ValueError(f"{folder}: expected seeds of one training, found several; name one of its folders")
    return runs[0] if len(runs) == 1 else Runs(runs)


def _loaded(folder: Path, device: str) -> Run:
    if not (folder / "run.json").exists():
        raise ValueError(f"{folder}: this seed is not finished; run the same training again to finish it")
    origin = Origin.read(folder, run_files.read_fields(folder))
    if origin is None:
        raise ValueError(
            f"{folder}: expected {FILE}, found a run that an older euar saved without its scaling and "
            "classes; train it again, into another folder"
        )
    kind = origin.config_type()
    with (
        reading(folder / FILE, f"a {kind.__name__} of this version", run_files.remedy(folder)),
        global_stream(0, "init"),  # of no consequence, but the caller's generator must not move
    ):
        model = kind.from_dict(fields_of(origin.config or {})).build()
    return Run.load(folder, model.to(device))
