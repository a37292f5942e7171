"""Fill in the README's figures and picture from results/ and the executed book.

python tools/readme.py            # rewrite what stands between <!-- name --> and <!-- /name -->
python tools/readme.py --picture  # also take the picture anew from the executed Quick start chapter
"""

import argparse
import base64
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from euar.chapters.calibrated_sigma.goals import OURS
from euar.chapters.calibrated_sigma.records import measured, trial
from euar.chapters.cells import cell as spread
from euar.chapters.findings.benchmarks import BENCHMARKS, LINEAR, PLAIN
from euar.chapters.findings.experts import compared, leads
from euar.chapters.quick_start.measure import PRESETS, presets
from euar.chapters.trained_encoders import records
from euar.experiments import paper, report, store
from euar.experiments.comparison import Comparison
from euar.experiments.statistics import detectable, holm, paired_t, pool_samples
from euar.intervals import t_interval
from euar.systems.registry import SYSTEMS, System
from euar.training.runs import summarize

ROOT = Path(__file__).resolve().parents[1]
PICTURE = "book/_static/readme.png"
CHAPTER = "_build/stage/book/quick_start.ipynb"
METRICS = {"mae": "MAE ↓", "corr": "r ↑", "acc2": "Acc2 ↑", "acc7": "Acc7 ↑"}


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
    newest = {one.system: result for one, result in store.newest("quick_start", presets())}
    rows = [f"| | {' | '.join(METRICS.values())} |", "|---|" + "---|" * len(METRICS)]
    some = next(iter(newest.values()))
    for name, metrics in some["baselines"].items():
        cells = ("-" if metrics[m] is None else f"{metrics[m]:.3f}" for m in METRICS)
        rows.append(f"| {name} | {' | '.join(cells)} |")
    for preset in PRESETS:
        summary = report.summary(newest[preset])
        rows.append(f"| EUAR, `{preset}` | {' | '.join(str(summary[m]) for m in METRICS)} |")
    older = "" if all(map(store.is_current, newest.values())) else " Measured with older code."
    note = (
        f"Test split of the embedded tweets ({some['data']['n']['test']} texts), mean ± sd over "
        f"{len(some['runs'])} seeds, {some['environment']['device']}, {some['started'][:10]}, data "
        f"`{some['data']['sha256'][:12]}`, commit `{(some['code']['commit'] or 'none')[:12]}`.{older} "
        "Repeat it with `euar experiment quick_start`."
    )
    return "\n".join([*rows, "", note])


def differences() -> str:
    """EUAR's default minus plain and linear experts on every set, and all sets together."""
    rows = [
        "| in hundredths | minus plain experts [95 %] | minus linear experts | the paper's lead |",
        "|---|---|---|---|",
    ]
    known = compared()
    titles = {title: f"{title}, {one.metric.replace('acc2', 'Acc2')}" for title, one in BENCHMARKS.items()}
    for title, one in BENCHMARKS.items():
        rows.append(f"| {titles[title]} | {_difference(known, title)} | {one.lead():.1f} |")
    for title in leads(known, PLAIN, noisy=True):
        rows.append(
            f"| {titles[title]}, mean over noises on pictures | {_difference(known, title, noisy=True)} |  |"
        )
    together = pool_samples(leads(known, PLAIN).values())
    note = (
        f"Paired by seed. Plain experts: if the effect is the same on the {together.fixed.n} clean sets, "
        f"it is {together.fixed.signed(1)}; if it varies, its mean over such sets is "
        f"{together.random.signed(1)}. Their tests together give p = {together.stouffer_p:.3f} (Stouffer). "
        "All three are post hoc, "
        "and over seeds alone, not over test rows."
    )
    alone = [_told(leads(known, other), name) for name, other in (("plain", PLAIN), ("linear", LINEAR))]
    excluded = [
        t for t, found in leads(known, PLAIN).items() if t_interval(found).high < BENCHMARKS[t].lead()
    ]
    alone.append(f"A lead over plain experts as large as the paper's is excluded on {_listed(excluded)}.")
    return "\n".join([*rows, "", note, "", " ".join(alone)])


def _told(found: Mapping[str, Sequence[float]], name: str) -> str:
    """On which sets the seeds tell EUAR from other experts, before and after correction."""
    ps = [paired_t(values, [0.0] * len(values)).p for values in found.values()]
    before = [title for title, p in zip(found, ps, strict=True) if p < 0.05]
    after = [title for title, stays in zip(found, holm(ps).stays, strict=True) if stays]
    corrected = f" (after Holm's correction for {len(found)} sets: on {_listed(after)})" if before else ""
    return f"On a set alone, the seeds tell EUAR from {name} experts on {_listed(before)}{corrected}."


def _listed(titles: Sequence[str]) -> str:
    return " and ".join(titles) or "none"


def _difference(known: Mapping[str, Comparison], title: str, noisy: bool = False) -> str:
    """Two cells: the intervals, and in brackets what could have been seen."""
    cells = []
    for other in (PLAIN, LINEAR):
        values = leads(known, other, noisy).get(title)
        measured = values is not None
        cells.append(
            f"{t_interval(values).signed(1)} ({detectable(values):.1f})" if measured else "not measured"
        )
    return " | ".join(cells)


def calibrated() -> str:
    """What each preset says of the noise and of its errors, in both simulated worlds."""
    worlds = measured().worlds
    rows = ["| EUAR | " + " | ".join(f"noise, `{w}` | covered, `{w}`" for w in worlds) + " |"]
    rows.append("|---|" + "---|" * 2 * len(worlds))
    for name in (*PRESETS, OURS):
        cells = [cell for of in worlds.values() for cell in _known(of[name])]
        rows.append(f"| `{name}` | {' | '.join(cells)} |")
    return "\n".join(rows)


def _known(result: Mapping) -> tuple[str, str]:
    noise = [trial(result, "levels", m) for m in result["data"]["features"]]
    return spread(sum(noise) / len(noise)), spread(trial(result, "covered"))


def trained() -> str:
    """What each system reaches on the words of CMU-MOSI, on frozen vectors and with the encoder."""
    words, frozen = records.trained(records.WORDS), records.frozen_words()
    gaps = records.leads(records.WORDS, "acc2")
    still = {"linear-head": frozen.scores("ridge", "acc2")} | {n: frozen.scores(n, "acc2") for n in frozen}
    rows = ["| Acc2 | frozen | trained along | EUAR minus it, in hundredths [95 %] |", "|---|---|---|---|"]
    for name in words:
        title, before = records.title(name), summarize(still[name]) if name in still else "not measured"
        gap = gaps.get(title)
        lead = "" if gap is None else f"{gap.interval.signed(1, scale=100)} ({100 * gap.detectable:.1f})"
        rows.append(f"| {title} | {before} | {summarize(words.scores(name, 'acc2'))} | {lead} |")
    return "\n".join(rows)


def systems() -> str:
    """Every system that the paper compares with, and what stands for it here."""
    compared = [table.rows for name, table in paper.tables().items() if name != "table-4"]
    names = sorted({name for rows in compared for name in rows} - {"EUAR"}, key=str.lower)
    ours = {system.label.lower(): system for system in SYSTEMS.values()}
    rows = ["| the paper compares with | here | what is faithful, what is adapted |", "|---|---|---|"]
    rows += [_stand_in(name, ours.get(name.lower())) for name in names]
    return "\n".join(rows)


def _stand_in(name: str, system: System | None) -> str:
    if system is None:
        return f"| {name} | quoted | |"
    here = "adapted" if system.kind == "published" else "run"
    return f"| {name} | {here}: `{system.name}` | {system.faithful} |"


def fill(text: str) -> str:
    """Return the README with every generated block renewed."""
    for block in (timings, results, differences, trained, calibrated, systems):
        name, made = block.__name__, block()
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
