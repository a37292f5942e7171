"""Sphinx extension: the tables of the cheat-sheet, from `equations.yml` and the package; no number is typed.

`{cheat-sheet} equations`, `{cheat-sheet} shapes` and `{cheat-sheet} defaults` give a table each.
"""

import inspect
from dataclasses import fields
from typing import get_args, get_type_hints

import torch
from docutils import nodes
from docutils.statemachine import StringList
from equations import registry, stated
from sphinx.util.docutils import SphinxDirective

from euar.model import EUARConfig
from euar.training import fit

SIZES = {"B": 11, "N": 7, "k": 3, "D": 13}  # primes: each size tells its letter
WIDTHS = {"text": 17, "audio": 19}
LETTERS = {size: f"${letter}$" for letter, size in SIZES.items()}
LETTERS |= {WIDTHS["text"]: "$d_m$", len(WIDTHS) * SIZES["D"]: "$M D$"}
SYMBOLS = {
    "inputs[m]": "",
    "projections[m](inputs[m])": "$x$",
    "routing.probs": "$p$",
    "routing.index": "",
    "routing.weights": "$G(x)$",
    "gaussian.mean": r"$\mu$",
    "gaussian.log_var": r"$\log\sigma^2$",
    "gaussian.variance": r"$\sigma^2$",
    "hidden": "$h$",
    "output.joint": "",
    "output.prediction": r"$\hat y$",
    "losses": "$L_{kl}$, $L_{aux}$, $L_u$",
    "loss(output, target).total": "$L$",
}


def setup(app):
    """Register with Sphinx (called by it)."""
    app.add_directive("cheat-sheet", CheatSheet)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


class CheatSheet(SphinxDirective):
    """One of the tables, by its name."""

    required_arguments = 1

    def run(self):
        """Return the table in a box of the class `cheat-sheet`."""
        header, *rows = TABLES[self.arguments[0]]()
        lines = [_row(header), _row("--" for _ in header), *map(_row, rows)]
        box = nodes.container(classes=["cheat-sheet"])
        self.state.nested_parse(StringList(lines, self.get_source_info()[0]), self.content_offset, box)
        return [box]


def equations():
    """Yield what each equation of the paper says and the symbol that computes it."""
    yield "Eq.", "says", "in letters", "computed by"
    for entry in registry():
        label = entry["label"]
        formula = f"${stated()[label].rstrip(',')}$"
        yield f"{{eq}}`{label}`", entry["title"], formula, f"`{entry['symbol'].removeprefix('euar.')}`"


def shapes():
    """Yield the shape of all that a forward pass makes, told by the pass itself."""
    yield "name", "symbol", "shape"
    for name, tensor in _pass().items():
        sizes = ", ".join(LETTERS[size] for size in tensor.shape)
        yield f"`{name}`", SYMBOLS[name], f"({sizes})" if sizes else "one number"


def defaults():
    """Yield each setting of the model in the three presets, and those of `fit`."""
    presets = [EUARConfig(WIDTHS), EUARConfig.paper(WIDTHS), EUARConfig.released(WIDTHS)]
    yield "setting", "default", "`paper`", "`released`", "or"
    hints = get_type_hints(EUARConfig)
    for name in (field.name for field in fields(EUARConfig) if field.name != "in_features"):
        values = [getattr(preset, name) for preset in presets]
        others = [word for word in get_args(hints[name]) if isinstance(word, str) and word not in values]
        yield f"`{name}`", *map(_shown, values), ", ".join(others)
    for name in ("epochs", "batch_size", "lr", "weight_decay"):
        yield f"`fit(…, {name}=…)`", _shown(inspect.signature(fit).parameters[name].default), "", "", ""


def _pass():
    torch.manual_seed(0)
    config = EUARConfig(WIDTHS, dim=SIZES["D"], num_experts=SIZES["N"], k=SIZES["k"])
    model, inputs = config.build(), {m: torch.zeros(SIZES["B"], width) for m, width in WIDTHS.items()}
    output = model(inputs)
    moe = output.moe["text"]
    found = {"inputs[m]": inputs["text"]}
    found["projections[m](inputs[m])"] = model.projections["text"](inputs["text"])
    found |= {f"routing.{name}": value for name, value in moe.routing._asdict().items()}
    found |= {f"gaussian.{name}": value for name, value in moe.gaussian._asdict().items()}
    found |= {"gaussian.variance": moe.gaussian.variance, "hidden": moe.hidden}
    found |= {"output.joint": output.joint, "output.prediction": output.prediction}
    target = torch.zeros(SIZES["B"])
    return found | {"losses": moe.losses["kl"], "loss(output, target).total": model.loss(output, target).total}


def _shown(value) -> str:
    if isinstance(value, tuple):
        return " … ".join(map(_shown, value))
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _row(cells) -> str:
    return f"| {' | '.join(cells)} |"


TABLES = {table.__name__: table for table in (equations, shapes, defaults)}
