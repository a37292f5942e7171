"""The playground's forward pass in Chromium against PyTorch: all models and sentences, noise, gaps."""

import numpy as np
import pytest
import torch

from tests.book.browsing import NEEDS_CHROMIUM
from tests.book.playing import FOLDER, announced, answers, disturbed, normal

pytestmark = NEEDS_CHROMIUM
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


@pytest.fixture(scope="module")
def page(tmp_path_factory, chromium):
    """A page with the forward pass and the asset alone."""
    path = tmp_path_factory.mktemp("playground") / "page.html"
    sources = "".join(
        f"<script src='{(FOLDER / name).as_uri()}'></script>" for name in ("forward.js", "models.js")
    )
    path.write_text(f"<!doctype html><meta charset='utf-8'>{sources}")
    page = chromium.new_page()
    page.goto(path.as_uri())
    return page


def of_all(said, *path):
    """One entry of every sentence's answer, as an array."""
    for step in path:
        said = [row[step] for row in said]
    return np.array(said, dtype=float)


@pytest.mark.parametrize("case", STRENGTHS)
@pytest.mark.parametrize("name", MODELS)
@torch.no_grad()
def test_the_page_computes_what_pytorch_does(asset, models, page, name, case):
    model, strengths, views = models[name], STRENGTHS[case], asset[0]["views"]
    inputs = disturbed(asset, "invented", strengths, SEED)
    output, said = (
        model(inputs),
        page.evaluate(ANSWER, [name, dict(zip(views, strengths, strict=True)), SEED]),
    )
    assert len(said) == len(asset[0]["sentences"]) == len(output.prediction)
    np.testing.assert_allclose(of_all(said, "prediction"), output.prediction, **CLOSE)
    sigma = announced(model, inputs)
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


@pytest.mark.parametrize("case", STRENGTHS)
@torch.no_grad()
def test_what_each_view_says_alone_and_how_much_it_counts(asset, models, page, case):
    strengths, views = STRENGTHS[case], asset[0]["views"]
    inputs = disturbed(asset, "invented", strengths, SEED)
    output = models["calibrated"](inputs)
    said = page.evaluate(ANSWER, ["calibrated", dict(zip(views, strengths, strict=True)), SEED])
    counted = np.array([of_all(said, "views", view, "counts") for view in inputs])
    shares = counted / counted.sum(axis=0)  # the rest is the prior's
    for share, (view, alone) in zip(shares, output.alone.items(), strict=True):
        np.testing.assert_allclose(of_all(said, "views", view, "alone"), alone.mean[:, 0], **CLOSE)
        np.testing.assert_allclose(
            of_all(said, "views", view, "aloneSigma"), alone.variance[:, 0].sqrt(), **CLOSE
        )
        np.testing.assert_allclose(share, output.weights[view][:, 0], **CLOSE)


def test_the_noise_is_normal_and_drawn_by_mulberry32(page):
    drawn = np.array(page.evaluate("Array.from(euarPlayground.noise(12, 4000))"))
    np.testing.assert_allclose(drawn, normal(12, 4000), rtol=1e-9, atol=1e-12)
    assert abs(drawn.mean()) < 0.05
    assert abs(drawn.std() - 1) < 0.05
    assert not np.allclose(drawn[:-1], normal(13, 4000)[1:])
