// The forward pass of four readings of EUAR on one row, in plain JavaScript.
//
// Weights are those of the PyTorch modules, under the names of their state_dict. The formulas are those of
// euar/moe.py, euar/systems/mixture.py, euar/propagation.py and euar/systems/calibrated.py, in their order.
// tests/book/test_playground.py compares every number with PyTorch's.
//
// Letters: N experts, k chosen, D features, d numbers in a view.
"use strict";

const euarPlayground = {};

// Takes what models.js holds: a table of contents, and all numbers as float32 in base64.
euarPlayground.load = (header, numbers) => {
  const bytes = Uint8Array.from(atob(numbers), (letter) => letter.charCodeAt(0));
  const all = new Float32Array(bytes.buffer); // little-endian, as all of today's browsers are
  const array = (name) => {
    const [start, shape] = header.arrays[name];
    return { shape, data: all.subarray(start, start + shape.reduce((a, b) => a * b, 1)) };
  };
  const rows = (set) => {
    const rating = array(`${set}/rating`).data;
    const inputs = Array.from(rating, (_, row) => Object.fromEntries(Object.entries(header.views).map(
      ([view, d]) => [view, array(`${set}/${view}`).data.subarray(row * d, (row + 1) * d)])));
    return { rating, inputs };
  };
  euarPlayground.header = header;
  euarPlayground.sets = { invented: rows("invented"), tweets: rows("tweets") };
  euarPlayground.models = Object.fromEntries(Object.entries(header.models).map(
    ([name, about]) => [name, { name, ...about, weight: (part) => array(`${name}/${part}`) }]));
};

{
  // W x + b for W (out, in), as nn.Linear holds it.
  const linear = (x, weight, bias) => {
    const [out, width] = weight.shape;
    const y = new Float64Array(out);
    for (let o = 0; o < out; o++) {
      let sum = bias ? bias.data[o] : 0;
      for (let i = 0; i < width; i++) sum += weight.data[o * width + i] * x[i];
      y[o] = sum;
    }
    return y;
  };

  // x W_j + b_j for W (N, in, out), as the experts hold theirs.
  const expertLinear = (x, weight, bias, j) => {
    const [, width, out] = weight.shape;
    const y = Float64Array.from(bias.data.subarray(j * out, (j + 1) * out));
    for (let i = 0; i < width; i++)
      for (let o = 0; o < out; o++) y[o] += x[i] * weight.data[(j * width + i) * out + o];
    return y;
  };

  const layerNorm = (x, weight, bias) => {
    const mean = x.reduce((a, b) => a + b, 0) / x.length;
    const variance = x.reduce((a, b) => a + (b - mean) ** 2, 0) / x.length;
    return x.map((value, i) => (value - mean) / Math.sqrt(variance + 1e-5) * weight.data[i] + bias.data[i]);
  };

  const softmax = (logits) => {
    const highest = Math.max(...logits);
    const powers = logits.map((logit) => Math.exp(logit - highest));
    const total = powers.reduce((a, b) => a + b, 0);
    return powers.map((power) => power / total);
  };

  const softplus = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  const variance = (raw) => softplus(raw) + 1e-4; // of the calibrated model, from any number

  // A view's features to D numbers.
  const project = ({ weight, layerNorm: norm }, view, x) => {
    const at = `projections.${view}`;
    if (!norm) return linear(x, weight(`${at}.weight`), weight(`${at}.bias`));
    const y = linear(x, weight(`${at}.0.weight`), weight(`${at}.0.bias`));
    return layerNorm(y, weight(`${at}.1.weight`), weight(`${at}.1.bias`));
  };

  // Eq. 5: softmax first, then the k most probable keep theirs.
  const gate = ({ weight, k }, view, x) => {
    const at = `moes.${view}.gate.linear`;
    const probs = softmax(linear(x, weight(`${at}.weight`), weight(`${at}.bias`)));
    const index = [...probs.keys()].sort((a, b) => probs[b] - probs[a]).slice(0, k);
    return { probs, index, weights: probs.map((p, j) => (index.includes(j) ? p : 0)) };
  };

  // Eq. 2: an expert's mean and sigma; one linear map gives both, the second half as log sigma^2.
  const gaussianExpert = ({ weight, logVarRange }, view, x, j) => {
    const at = `moes.${view}.experts`;
    const both = expertLinear(x, weight(`${at}.weight`), weight(`${at}.bias`), j);
    const D = both.length / 2;
    const clamp = (s) => Math.min(Math.max(s, logVarRange[0]), logVarRange[1]);
    return { mean: both.slice(0, D), sigma: both.slice(D).map((s) => Math.exp(clamp(s) / 2)) };
  };

  // A plain expert: two layers with a ReLU between, and no sigma.
  const plainExpert = ({ weight }, view, x, j) => {
    const at = `moes.${view}.experts`;
    const hidden = expertLinear(x, weight(`${at}.0.weight`), weight(`${at}.0.bias`), j);
    const relu = hidden.map((h) => Math.max(h, 0));
    return { mean: expertLinear(relu, weight(`${at}.2.weight`), weight(`${at}.2.bias`), j), sigma: null };
  };

  // Eq. 6: the chosen means, weighed and added; their variances with squared weights.
  const mixture = (model, view, x) => {
    const routing = gate(model, view, x);
    const answer = model.logVarRange ? gaussianExpert : plainExpert;
    const experts = Array.from(routing.weights, (_, j) => answer(model, view, x, j));
    const sum = (term) => experts[0].mean.map((_, d) => routing.index.reduce((a, j) => a + term(j, d), 0));
    const mean = sum((j, d) => routing.weights[j] * experts[j].mean[d]);
    const spread = model.logVarRange && sum((j, d) => (routing.weights[j] * experts[j].sigma[d]) ** 2);
    return { ...routing, experts, mean, variance: spread };
  };

  // A linear head on some of its columns: what they add to the output, and to its variance.
  const through = (weight, from, { mean, variance: spread }) => {
    let adds = 0, addsVariance = 0;
    mean.forEach((h, d) => {
      const w = weight.data[from + d];
      adds += w * h;
      if (spread) addsVariance += w * w * spread[d];
    });
    return { adds, addsVariance: spread ? addsVariance : null };
  };

  // Eq. 11: one head on all views side by side; a missing one adds 0.
  const joint = (model, views, order) => {
    const weight = model.weight("head.weight");
    const bias = model.weight("head.bias").data[0];
    const D = weight.shape[1] / order.length;
    let prediction = bias, spread = 0;
    order.forEach((view, place) => {
      if (!views[view]) return;
      Object.assign(views[view], through(weight, place * D, views[view]));
      prediction += views[view].adds;
      spread += views[view].addsVariance;
    });
    return { prediction, sigma: model.logVarRange && Math.sqrt(spread), bias, views };
  };

  // Bayes' rule: each view measures the target, and counts by its precision; a missing one is a term less.
  const believed = (model, views, order) => {
    const floors = model.weight("floor").data;
    const before = 1 / variance(model.weight("before").data[0]);
    const common = variance(model.weight("common").data[0]);
    const prior = model.weight("prior").data[0];
    let precision = before, total = before * prior;
    order.forEach((view, place) => {
      if (!views[view]) return;
      const { adds, addsVariance } = through(model.weight(`heads.${view}.weight`), 0, views[view]);
      const says = adds + model.weight(`heads.${view}.bias`).data[0];
      const noise = addsVariance + variance(floors[place]);
      const alone = 1 / (before + 1 / noise);
      Object.assign(views[view], { says, noise, counts: 1 / noise });
      Object.assign(views[view], {
        alone: alone * (before * prior + says / noise), aloneSigma: Math.sqrt(alone + common),
      });
      precision += 1 / noise;
      total += says / noise;
    });
    order.forEach((view) => views[view] && (views[view].counts /= precision));
    const sigma = Math.sqrt(1 / precision + common);
    return { prediction: total / precision, sigma, prior, priorCounts: before / precision, views };
  };

  // Returns the prediction, its announced sigma (null where the model has none) and what each view did.
  // A view that `inputs` lacks is missing.
  euarPlayground.forward = (model, inputs) => {
    const order = Object.keys(euarPlayground.header.views);
    const given = order.filter((view) => inputs[view]);
    const views = Object.fromEntries(given.map(
      (view) => [view, mixture(model, view, project(model, view, inputs[view]))]));
    return (model.name === "calibrated" ? believed : joint)(model, views, order);
  };

  // `size` standard normal numbers from a seed: the generator mulberry32, then the Box-Muller transform.
  euarPlayground.noise = (seed, size) => {
    let state = seed >>> 0;
    const uniform = () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let t = Math.imul(state ^ (state >>> 15), state | 1);
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
      return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
    };
    return Float64Array.from({ length: size }, () => {
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
      return radius * Math.cos(2 * Math.PI * uniform());
    });
  };

  // A row whose views are missing (strength null) or noisy (strength in SDs of the training rows).
  // Each view has noise of its own, and keeps it while its strength changes.
  euarPlayground.disturbed = (inputs, strengths, seed) => Object.fromEntries(
    Object.entries(inputs).flatMap(([view, x], place) => {
      const strength = strengths[view];
      if (strength === null) return [];
      if (!strength) return [[view, x]];
      const noise = euarPlayground.noise(seed * 3 + place, x.length);
      return [[view, Float64Array.from(x, (value, i) => value + strength * noise[i])]];
    }));
}
