"""Train the playground's models and write what its page needs: `python tools/make_playground.py [--check]`.

Four readings of EUAR learn from the embedded tweets, each from one seed, small enough for a page. Their
weights, the views of the invented sentences (`data/invented.h5`) and those of some held-out tweets go into a
script, `book/_static/playground/models.js`: a table of contents in JSON, and all numbers as little-endian
float32 in base64, since a page opened from a file may load scripts and nothing else. One machine writes the
same bytes each time. `--check` trains nothing and says whether the file fits configurations, recipe and data.
"""

import argparse
import base64
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch

from euar.data import MultimodalDataset, load
from euar.files import write_bytes
from euar.model import EUARConfig
from euar.systems import find
from euar.training import fit
from euar.training.provenance import describe

ROOT = Path(__file__).resolve().parents[1]
ASSET = ROOT / "book" / "_static" / "playground" / "models.js"
INVENTED = ROOT / "data" / "invented.h5"
HEAD = "// Written by tools/make_playground.py; edit that.\neuarPlayground.load("
MOST = 2_000_000  # bytes of the whole playground

SIZE = {"dim": 16, "num_experts": 8, "k": 3}
RECIPE: dict[str, Any] = {"seeds": (0,), "epochs": 15, "batch_size": 64, "lr": 1e-2}
#: Which epoch's weights. Selection looks at errors on clean rows, and would stop before sigma has learned.
SELECT = {"default": "valid", "literal": "valid", "plain": "valid", "calibrated": "last"}
EVERY = 5  # of the test tweets, one in so many goes into the page

#: What the columns of the two hand-made views say of a text, as far as the page tells it.
SEEN = {
    "lexicon": "valences of words: {sum_positive:+.1f} and {sum_negative:+.1f}",
    "style": "words: {words:.0f}, in capitals: {capital_words:.0f}, exclamation marks: {exclamations:.0f}",
}


def configs(widths: dict[str, int]) -> dict[str, Any]:
    """Return {name: configuration} of the four models.

    The calibrated one projects without LayerNorm, which would hide from its sigma how large the noise is.

    Args:
        widths: of the views.
    """
    return {
        "default": EUARConfig(widths, **SIZE),
        "literal": EUARConfig.paper(widths, **SIZE),
        "plain": find("mlp-experts").configure(widths, **SIZE),
        "calibrated": EUARConfig.calibrated(widths, projection="linear", **SIZE),
    }


def key(tweets: MultimodalDataset, invented: MultimodalDataset) -> str:
    """Return a hash of all that decides the asset, but the code that trains.

    Args:
        tweets: the models learn from their training split.
        invented: the sentences, whose texts and ratings count too.
    """
    described = {name: describe(config) for name, config in configs(tweets.in_features).items()}
    data = [tweets.sha256, invented.sha256]
    decides = json.dumps([described, RECIPE, SELECT, EVERY, SEEN, data], sort_keys=True)
    return hashlib.sha256(decides.encode()).hexdigest()[:16]


def make(tweets: MultimodalDataset, invented: MultimodalDataset, **recipe: Any) -> bytes:
    """Train the models and return the script.

    Args:
        tweets: see `key`.
        invented: see `key`.
        **recipe: changes to `RECIPE`.
    """
    arrays: dict[str, np.ndarray] = {}
    models = {}
    for name, config in configs(tweets.in_features).items():
        run = fit(config, tweets, device="cpu", progress=False, select=SELECT[name], **RECIPE | recipe)[0]
        arrays |= {f"{name}/{part}": value.numpy() for part, value in run.model.state_dict().items()}
        models[name] = described(config, run.metrics["test"]["mae"])
    held_out = tweets.subset(split="test")
    some = held_out.subset(mask=np.arange(len(held_out)) % EVERY == 0)
    for name, rows in {"invented": invented, "tweets": some}.items():
        scaled = run.preprocessing.scaled(rows)
        arrays |= {f"{name}/{view}": values for view, values in scaled.modalities.items()}
        arrays[f"{name}/rating"] = rows.target
    columns = tweets.meta["columns"]
    header = {"key": key(tweets, invented), "models": models, "sentences": sentences(invented, columns)}
    return script(header | {"views": tweets.in_features, "test": len(held_out)}, arrays)


def described(config: Any, mae: float) -> dict[str, Any]:
    """Return what the forward pass in JavaScript must know of a model besides its weights.

    Args:
        config: of the model.
        mae: its mean absolute error on all test tweets.
    """
    norm, clamp = config.projection == "linear-norm", getattr(config, "log_var_range", None)
    return {"k": config.k, "layerNorm": norm, "logVarRange": clamp, "mae": round(mae, 3)}


def sentences(invented: MultimodalDataset, columns: dict[str, list[str]]) -> list[dict[str, Any]]:
    """Return text, kind and what two views see of each sentence.

    Args:
        invented: the sentences.
        columns: {view: names of its columns}.
    """
    seen = {
        view: [SEEN[view].format(**dict(zip(names, row, strict=True))) for row in invented.modalities[view]]
        for view, names in columns.items()
    }
    return [
        {"text": str(text), "kind": str(kind), "seen": {view: said[row] for view, said in seen.items()}}
        for row, (text, kind) in enumerate(zip(invented.meta["text"], invented.meta["kind"], strict=True))
    ]


def script(header: dict[str, Any], arrays: dict[str, np.ndarray]) -> bytes:
    """Return a header and arrays as a script that hands both to the page.

    Args:
        header: JSON values; `arrays`, {name: [offset in numbers, shape]}, is added.
        arrays: all become float32.
    """
    flat = {name: np.asarray(array, dtype="<f4") for name, array in arrays.items()}
    starts = np.cumsum([0, *(array.size for array in flat.values())]).tolist()
    contents = {
        name: [start, list(array.shape)] for (name, array), start in zip(flat.items(), starts, strict=False)
    }
    numbers = base64.b64encode(b"".join(array.tobytes() for array in flat.values())).decode()
    return f'{HEAD}{json.dumps(header | {"arrays": contents})},\n"{numbers}");\n'.encode()


def read(content: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return the header and the arrays of a script.

    Args:
        content: what `make` returned.
    """
    first, second = content.decode().removeprefix(HEAD).removesuffix(");\n").rsplit(",\n", 1)
    header = json.loads(first)
    numbers = np.frombuffer(base64.b64decode(json.loads(second)), dtype="<f4")
    return header, {
        name: numbers[start : start + int(np.prod(shape))].reshape(shape)
        for name, (start, shape) in header["arrays"].items()
    }


def trained(header: dict[str, Any], arrays: dict[str, np.ndarray]) -> dict[str, torch.nn.Module]:
    """Return the models of an asset, {name: module in evaluation mode}.

    Args:
        header: see `read`.
        arrays: see `read`.
    """
    models = {}
    for name, config in configs(header["views"]).items():
        state = {
            part.removeprefix(f"{name}/"): torch.tensor(array)
            for part, array in arrays.items()
            if part.startswith(f"{name}/")
        }
        models[name] = config.build().eval()
        models[name].load_state_dict(state)
    return models


def main() -> int:
    """Run the command line; 1 if the file does not fit."""
    parser = argparse.ArgumentParser(description="Train the playground's models and write its asset.")
    parser.add_argument("--check", action="store_true", help="only say whether the file is up to date")
    check = parser.parse_args().check
    tweets, invented = load("embedded"), MultimodalDataset.from_hdf5(INVENTED)
    if check:
        fits = read(ASSET.read_bytes())[0]["key"] == key(tweets, invented)
        print("up to date" if fits else "out of date; run: python tools/make_playground.py")
        return 0 if fits else 1
    content = make(tweets, invented)
    write_bytes(ASSET, content)
    print(f"{ASSET.relative_to(ROOT)}: {len(content):,} bytes, {hashlib.sha256(content).hexdigest()[:12]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
