"""The playground: its forward pass against PyTorch in Chromium, its asset against its script, its size."""

import json
from pathlib import Path

import check_browser
import make_playground
import numpy as np
import pytest
import torch

from euar.data import MultimodalDataset, load
from euar.propagation import Moments, of_mixture, through
from euar.systems.calibrated import CalibratedEUAR
from euar.systems.mixture import Mixture

needs_chromium = pytest.mark.skipif(
    check_browser.find_chromium() is None, reason="Chromium is missing: apt-get install chromium"
)
FOLDER = make_playground.ASSET.parent
MODELS = ("default", "literal", "plain", "calibrated")
CLOSE = {"rtol": 1e-4, "atol": 1e-4}
SEED = 7
#: The strength of noise in each view, in SDs; None: the view is missing.
STRENGTHS = {
    "clean": (0, 0, 0),
    "noisy sentence": (1.5, 0, 0),
    "noisy lexicon": (0, 3, 0),
    "noisy style": (0, 0, 0.25),
    "all noisy": (3, 2, 1),
    "no sentence": (None, 0, 0),
    "no lexicon": (0, None, 0),
    "no style": (0, 0, None),
    "noisy lexicon alone": (None, 2, None),
}


@pytest.fixture(scope="module")
def asset():
    return make_playground.read(make_playground.ASSET.read_bytes())


@pytest.fixture(scope="module")
def models(asset):
    return make_playground.trained(*asset)


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """A page with the forward pass and the asset alone; `asked` holds the addresses of all it loads."""
    path = tmp_path_factory.mktemp("playground") / "page.html"
    sources = "".join(f"<script src='{(FOLDER / name).as_uri()}'></script>" for name in SCRIPTS)
    path.write_text(f"<!doctype html><meta charset='utf-8'>{sources}")
    with check_browser.browser() as chromium:
        page = chromium.new_page()
        page.goto(path.as_uri())
        yield page


SCRIPTS = ("forward.js", "models.js")
ANSWER = """([name, strengths, seed]) => {
  const { models, sets, forward, disturbed } = euarPlayground;
  return sets.invented.inputs.map((inputs, row) => {
    const given = disturbed(inputs, strengths, seed + row);
    const out = forward(models[name], given);
    const views = Object.entries(out.views).map(([view, v]) => [view, {
      probs: Array.from(v.probs), weights: Array.from(v.weights),
      mean: v.experts.map((e) => Array.from(e.mean)),
      sigma: v.experts.map((e) => e.sigma && Array.from(e.sigma)),
      counts: v.counts ?? null, alone: v.alone ?? null, aloneSigma: v.aloneSigma ?? null,
    }]);
    return { prediction: out.prediction, sigma: out.sigma, views: Object.fromEntries(views) };
  });
}"""


def mulberry32(seed, size):
    """Uniform numbers in [0, 1), by Tommy Ettinger's generator."""
    numbers, mask = [], 2**32 - 1
    for step in range(1, size + 1):
        state = (seed + step * 0x6D2B79F5) & mask
        t = ((state ^ state >> 15) * (state | 1)) & mask
        t ^= (t + (t ^ t >> 7) * (t | 61)) & mask
        numbers.append((t ^ t >> 14) / 2**32)
    return np.array(numbers)


def normal(seed, size):
    uniform = mulberry32(seed, 2 * size)
    return np.sqrt(-2 * np.log1p(-uniform[::2])) * np.cos(2 * np.pi * uniform[1::2])


def disturbed(arrays, views, strengths):
    """The views of all sentences, {view: (36, d)}, noisy or left out."""
    inputs = {}
    for place, (view, width) in enumerate(views.items()):
        clean = arrays[f"invented/{view}"]
        noise = [normal((SEED + row) * 3 + place, width) for row in range(len(clean))]
        if strengths[place] is not None:
            inputs[view] = torch.tensor(clean + strengths[place] * np.array(noise), dtype=torch.float32)
    return inputs


def announced(model, output):
    """The sigma of a prediction that a model announces, (B,); None for plain experts."""
    if isinstance(model, Mixture):
        return None
    if isinstance(model, CalibratedEUAR):
        return output.variance.sqrt()
    moments = {view: of_mixture(out) for view, out in output.moe.items()}
    none = Moments(*[torch.zeros_like(part) for part in next(iter(moments.values()))])
    of = [moments.get(view, none) for view in model.config.in_features]
    hidden = Moments(*[torch.cat(parts, dim=-1) for parts in zip(*of, strict=True)])
    return through(model.head, hidden).variance.squeeze(-1).sqrt()


def answers(model, view, x):
    """Means and sigmas of all experts of a view, (B, N, D) each, from its features."""
    projected = model.project({view: x}, {})[view]
    if isinstance(model, Mixture):
        experts = model.moes[view].experts
        return experts(projected.expand(experts[0].weight.shape[0], -1, -1)).transpose(0, 1), None
    gaussian = model.moes[view].experts(projected)
    return gaussian.mean, gaussian.log_var.div(2).exp()


def of_all(said, *path):
    """One entry of every sentence's answer, as an array."""
    for step in path:
        said = [row[step] for row in said]
    return np.array(said, dtype=float)


@needs_chromium
@pytest.mark.parametrize("case", STRENGTHS)
@pytest.mark.parametrize("name", MODELS)
@torch.no_grad()
def test_the_page_computes_what_pytorch_does(asset, models, page, name, case):
    header, arrays = asset
    model, strengths = models[name], STRENGTHS[case]
    inputs = disturbed(arrays, header["views"], strengths)
    output, said = (
        model(inputs),
        page.evaluate(ANSWER, [name, dict(zip(header["views"], strengths, strict=True)), SEED]),
    )
    assert len(said) == len(header["sentences"]) == len(output.prediction)
    np.testing.assert_allclose(of_all(said, "prediction"), output.prediction, **CLOSE)
    sigma = announced(model, output)
    if sigma is None:
        assert {row["sigma"] for row in said} == {None}
    else:
        np.testing.assert_allclose(of_all(said, "sigma"), sigma, **CLOSE)
    assert {tuple(row["views"]) for row in said} == {tuple(inputs)}
    for view, x in inputs.items():
        routing, (mean, spread) = output.moe[view].routing, answers(model, view, x)
        np.testing.assert_allclose(of_all(said, "views", view, "probs"), routing.probs, **CLOSE)
        np.testing.assert_allclose(of_all(said, "views", view, "weights"), routing.weights, **CLOSE)
        np.testing.assert_allclose(of_all(said, "views", view, "mean"), mean, **CLOSE)
        if spread is not None:
            np.testing.assert_allclose(of_all(said, "views", view, "sigma"), spread, **CLOSE)


@needs_chromium
@pytest.mark.parametrize("case", STRENGTHS)
@torch.no_grad()
def test_what_each_view_says_alone_and_how_much_it_counts(asset, models, page, case):
    header, arrays = asset
    strengths = STRENGTHS[case]
    inputs = disturbed(arrays, header["views"], strengths)
    output = models["calibrated"](inputs)
    said = page.evaluate(ANSWER, ["calibrated", dict(zip(header["views"], strengths, strict=True)), SEED])
    counted = np.array([of_all(said, "views", view, "counts") for view in inputs])
    shares = counted / counted.sum(axis=0)  # the rest is the prior's
    for share, (view, alone) in zip(shares, output.alone.items(), strict=True):
        np.testing.assert_allclose(of_all(said, "views", view, "alone"), alone.mean[:, 0], **CLOSE)
        np.testing.assert_allclose(
            of_all(said, "views", view, "aloneSigma"), alone.variance[:, 0].sqrt(), **CLOSE
        )
        np.testing.assert_allclose(share, output.weights[view][:, 0], **CLOSE)


@needs_chromium
def test_the_noise_is_normal_and_drawn_by_mulberry32(page):
    drawn = np.array(page.evaluate("Array.from(euarPlayground.noise(12, 4000))"))
    np.testing.assert_allclose(drawn, normal(12, 4000), rtol=1e-9, atol=1e-12)
    assert abs(drawn.mean()) < 0.05
    assert abs(drawn.std() - 1) < 0.05
    assert not np.allclose(drawn[:-1], normal(13, 4000)[1:])


def test_the_asset_fits_script_data_and_recipe(asset):
    invented = MultimodalDataset.from_hdf5(make_playground.INVENTED)
    remedy = "run: python tools/make_playground.py"
    assert asset[0]["key"] == make_playground.key(load("embedded"), invented), remedy


def test_a_change_of_data_or_recipe_changes_the_key(asset, monkeypatch):
    tweets, invented = load("embedded"), MultimodalDataset.from_hdf5(make_playground.INVENTED)
    assert make_playground.key(tweets, invented.subset(mask=np.arange(36) > 0)) != asset[0]["key"]
    monkeypatch.setitem(make_playground.RECIPE, "lr", 2e-2)
    assert make_playground.key(tweets, invented) != asset[0]["key"]


def test_the_same_training_writes_the_same_bytes():
    tweets, invented = load("embedded"), MultimodalDataset.from_hdf5(make_playground.INVENTED)
    few = tweets.subset(mask=np.arange(len(tweets)) % 20 == 0)
    first, second = (make_playground.make(few, invented, epochs=1) for _ in range(2))
    assert first == second
    assert make_playground.make(few, invented, epochs=1, lr=1e-3) != first


def test_the_errors_in_the_asset_are_those_of_its_weights(asset, models):
    header, arrays = asset
    tweets = load("embedded")
    test = tweets.standardize().subset(split="test")
    inputs = {view: torch.tensor(values) for view, values in test.modalities.items()}
    for name, model in models.items():
        error = np.abs(model.predict(inputs).numpy() - test.target).mean()
        assert header["models"][name]["mae"] == pytest.approx(error, abs=6e-4), name
    assert len(arrays["tweets/rating"]) == -(-len(test) // make_playground.EVERY)


def test_all_of_it_stays_small():
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < make_playground.MOST


def test_the_sentences_are_those_of_the_table(asset):
    texts = [sentence["text"] for sentence in asset[0]["sentences"]]
    table = (Path(make_playground.ROOT) / "data" / "invented.csv").read_text(encoding="utf-8")
    assert len(texts) == len(table.splitlines()) - 1
    assert all(text in table for text in texts)
    assert json.dumps(texts).isascii()
