"""Fill in the README's figures and picture from results/ and the executed book.

python tools/readme.py            # rewrite what stands between <!-- name --> and <!-- /name -->
python tools/readme.py --picture  # also take the picture anew from the executed Quick start chapter
"""

import argparse
import base64
import json
import sys
from pathlib import Path

from euar.experiments import paper, report
from euar.experiments.store import is_current, load_results, newest_by_preset
from euar.intervals import Interval, detectable, mean_of_samples, stouffer, t_interval

ROOT = Path(__file__).resolve().parents[1]
PICTURE = "book/_static/readme.png"
CHAPTER = "_build/stage/book/quick_start.ipynb"
METRICS = {"mae": "MAE ↓", "corr": "r ↑", "acc2": "Acc2 ↑", "acc7": "Acc7 ↑"}
#: What is compared with plain experts: experiment, variant, metric, the paper's table.
SETS = {
    "CMU-MOSI, Acc2": ("mosi", "official", "acc2", "table-1-video"),
    "CMU-MOSEI (text), Acc2": ("mosei", None, "acc2", "table-1-video"),
    "MVSA-Single, accuracy": ("mvsa", None, "accuracy", "table-1-image"),
    "NYU Depth V2, accuracy": ("nyud", None, "accuracy", "table-1-image"),
}


def timings() -> str:
    """The two commands, with the time that they took in a fresh clone."""
    path = ROOT / "results/timings.json"
    made = json.loads(path.read_text()) if path.exists() else {"seconds": {}}
    took = {name: f": {seconds / 60:.1f} min" for name, seconds in made["seconds"].items()}
    commands = [
        "```bash",
        f"make book   # installs, executes every chapter, builds the book{took.get('make book', '')}",
        f"make test   # runs the tests{took.get('make test', '')}",
        "```",
    ]
    if took:
        commands += ["", _circumstances(made)]
    return "\n".join(commands)


def _circumstances(made: dict) -> str:
    return (
        f"Measured on {made['cores']} cores ({made['system']}, Python {made['python']}) in a fresh clone on "
        f"{made['date']}. With nothing changed, `make book` takes "
        f"{made['seconds']['make book, nothing changed']:.0f} s and needs no network."
    )


def results() -> str:
    """The newest result of each preset on the embedded data set, beside ridge and constant."""
    newest = newest_by_preset("embedded")
    rows = [f"| | {' | '.join(METRICS.values())} |", "|---|" + "---|" * len(METRICS)]
    some = next(iter(newest.values()))
    for name, metrics in some["baselines"].items():
        cells = ("-" if metrics[m] is None else f"{metrics[m]:.3f}" for m in METRICS)
        rows.append(f"| {name} | {' | '.join(cells)} |")
    for preset in ("default", "paper", "released"):
        summary = report.summary(newest[preset])
        rows.append(f"| EUAR, `{preset}` | {' | '.join(str(summary[m]) for m in METRICS)} |")
    older = "" if all(map(is_current, newest.values())) else " Measured with older code."
    note = (
        f"Test split of the embedded tweets ({some['data']['n']['test']} texts), mean ± sd over "
        f"{len(some['runs'])} seeds, {some['environment']['device']}, {some['started'][:10]}, data "
        f"`{some['data']['sha256'][:12]}`, commit `{(some['code']['commit'] or 'none')[:12]}`.{older} "
        "Repeat it with `euar experiment embedded`."
    )
    return "\n".join([*rows, "", note])


def differences() -> str:
    """EUAR's default minus plain experts on every set, what could have been seen, and all sets together."""
    clean = {title: _gaps(*where[:3]) for title, where in SETS.items()}
    noisy = {f"{title}, mean over noises": _gaps(*SETS[title][:3], noisy=True) for title in list(SETS)[2:]}
    rows = [
        "| in hundredths | difference [95 %] | could have been seen | the paper's lead |",
        "|---|---|---|---|",
    ]
    for title, gaps in (clean | noisy).items():
        lead = f"{_lead(*SETS[title]):.1f}" if title in SETS else ""
        rows.append(f"| {title} | {_words(t_interval(gaps))} | {detectable(gaps):.1f} | {lead} |")
    together = mean_of_samples(clean.values())
    note = (
        f"Paired by seed. Over the {together.n} clean sets the mean is {_words(together)}, and their tests "
        f"together give p = {stouffer(clean.values()):.2f} (Stouffer): both post hoc, and over seeds "
        "alone, not over test rows."
    )
    return "\n".join([*rows, "", note])


def _gaps(name: str, variant: str | None, metric: str, noisy: bool = False) -> list[float]:
    """Default minus plain experts in hundredths, a value for each seed."""
    ours, plain = (_scores(_newest(name, variant, s), metric, noisy) for s in ("default", "mlp-experts"))
    return [100 * (a - b) for a, b in zip(ours, plain, strict=True)]


def _newest(name: str, variant: str | None, system: str) -> dict:
    asked = {"variant": variant, "system": system, "modalities": None, "size": None}
    return next(r for r in load_results(name) if asked.items() <= r["config"]["request"].items())


def _scores(result: dict, metric: str, noisy: bool) -> list[float]:
    """A metric of each seed on clean test rows, or its mean over the noises (named KIND:STRENGTH)."""
    if not noisy:
        return [run["test"][metric] for run in result["runs"]]
    tests = [[s[metric] for t, s in run["others"].items() if ":" in t] for run in result["runs"]]
    return [sum(values) / len(values) for values in tests]


def _lead(name: str, _: str | None, metric: str, table: str) -> float:
    """The lead of the paper's EUAR on the next best system of its table, in hundredths."""
    found = paper.table(table)
    scores = {s: found.fraction(s, f"{name} {metric}") for s in found.rows}
    return 100 * (scores.pop("EUAR") - max(s for s in scores.values() if s is not None))


def _words(interval: Interval) -> str:
    return f"{interval.mean:+.1f} [{interval.low:+.1f}, {interval.high:+.1f}]"


def fill(text: str) -> str:
    """Return the README with every generated block renewed."""
    for name, made in (("timings", timings()), ("results", results()), ("differences", differences())):
        before, begin, rest = text.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition(f"<!-- /{name} -->")
        if not (begin and end):
            raise ValueError(f"README.md: expected <!-- {name} --> and <!-- /{name} -->, found none")
        text = before + begin + made + "\n" + end + after
    return text


def take_picture() -> None:
    """Copy the picture of the cell tagged `readme` from the executed chapter."""
    cells = json.loads((ROOT / CHAPTER).read_text())["cells"]
    (cell,) = (cell for cell in cells if "readme" in cell["metadata"].get("tags", []))
    (png,) = (out["data"]["image/png"] for out in cell["outputs"] if "image/png" in out.get("data", {}))
    (ROOT / PICTURE).write_bytes(base64.b64decode(png))


def main() -> None:
    """Rewrite the README if something changed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--picture", action="store_true", help="take the picture anew")
    if parser.parse_args().picture:
        take_picture()
    readme = ROOT / "README.md"
    filled = fill(readme.read_text())
    if filled != readme.read_text():
        readme.write_text(filled)
        sys.stdout.write("README.md renewed\n")


if __name__ == "__main__":
    main()
