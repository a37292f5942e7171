// The playground's page: controls, four answers, the inside of one model, and curves over held-out tweets.
// All numbers come from forward.js.
"use strict";

{
  const { header, models, sets, forward, disturbed } = euarPlayground;
  const VIEWS = Object.keys(header.views);
  const MODELS = Object.keys(models);
  const ABOUT = {
    default: "EUAR as we read it",
    literal: "EUAR to the letter of the paper",
    plain: "experts without a sigma",
    calibrated: "EUAR whose sigma learns the error",
  };
  const STRONGEST = 3; // noise, in SDs of the training rows
  const EDGE = 3.5; // of the scale of ratings, which are in [-3, 3]
  const NORMAL_90 = 1.645; // SDs that hold 90 % of a normal distribution
  const LEVELS = [0, 0.5, 1, 1.5, 2, 2.5, 3];

  const FIRST = "mixed"; // the kind of the sentence that the page opens with

  const state = { row: 0, model: MODELS[0], strengths: Object.fromEntries(VIEWS.map((v) => [v, 0])), draw: 0 };
  const at = (id) => document.getElementById(`pg-${id}`);
  const number = (x, digits = 2) => x.toFixed(digits).replace("-", "−");
  const signed = (x, digits = 2) => (x < 0 ? "" : "+") + number(x, digits);
  const percent = (x) => `${Math.round(100 * x)}\u00a0%`;
  const place = (x) => 100 * (Math.min(Math.max(x, -EDGE), EDGE) + EDGE) / (2 * EDGE);
  const escaped = (text) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

  const clean = () => VIEWS.every((view) => state.strengths[view] === 0);

  // What a model says of the sentence at hand, beside our rating and what it says of the clean sentence.
  const answer = (name) => {
    const inputs = sets.invented.inputs[state.row];
    const out = forward(models[name], disturbed(inputs, state.strengths, 1000 * state.draw + state.row));
    const before = forward(models[name], inputs);
    const rating = sets.invented.rating[state.row];
    const half = out.sigma === null ? null : NORMAL_90 * out.sigma;
    const error = Math.abs(out.prediction - rating);
    return { ...out, name, before, rating, half, error, holds: half === null ? null : error <= half };
  };

  // ---- The sentence

  const showSentence = () => {
    const { text, kind } = header.sentences[state.row];
    at("row").value = state.row;
    at("text").textContent = `“${text}”`;
    at("kind").textContent = kind;
    at("rating").textContent = `Our rating: ${signed(sets.invented.rating[state.row], 1)} on a scale from −3 to +3`;
  };

  // ---- The views

  const seen = (view) => (header.sentences[state.row].seen[view] ?? "the words in their order, by MiniLM").replace("-", "−");

  const makeViews = () => {
    at("views").innerHTML = VIEWS.map((view) => `
      <fieldset class="pg-view">
        <legend>${view}</legend>
        <p class="pg-seen" id="pg-seen-${view}"></p>
        <div><input type="checkbox" id="pg-has-${view}" checked>
          <label for="pg-has-${view}">present<span class="pg-hidden">: ${view}</span></label></div>
        <div class="pg-noise"><label for="pg-noise-${view}">noise<span class="pg-hidden"> in ${view}</span></label>
          <input type="range" id="pg-noise-${view}" min="0" max="${STRONGEST}" step="0.25" value="0">
          <span class="pg-level" id="pg-level-${view}" aria-hidden="true"></span></div>
      </fieldset>`).join("");
    VIEWS.forEach((view) => [at(`has-${view}`), at(`noise-${view}`)].forEach(
      (control) => control.addEventListener("input", readViews)));
  };

  const readViews = () => {
    for (const view of VIEWS)
      state.strengths[view] = at(`has-${view}`).checked ? at(`noise-${view}`).valueAsNumber : null;
    show();
  };

  const showViews = () => {
    const there = VIEWS.filter((view) => state.strengths[view] !== null);
    for (const view of VIEWS) {
      const [box, slider] = [at(`has-${view}`), at(`noise-${view}`)];
      box.disabled = there.length === 1 && there[0] === view; // a row without any view has no prediction
      slider.disabled = state.strengths[view] === null;
      const level = slider.disabled ? "missing" : `${number(slider.valueAsNumber)} SD`;
      slider.setAttribute("aria-valuetext", level);
      at(`level-${view}`).textContent = level;
      at(`seen-${view}`).textContent = seen(view);
    }
  };

  // ---- Four answers

  const makeModels = () => {
    at("models").innerHTML = MODELS.map((name) => `
      <label class="pg-model">
        <span class="pg-name"><input type="radio" name="pg-model" value="${name}">
          <span><b>${name}</b><small>${ABOUT[name]}</small></span></span>
        <span class="pg-scale" aria-hidden="true"><i class="pg-interval"></i><i class="pg-truth"></i><i class="pg-ghost"></i><i class="pg-dot"></i></span>
        <span class="pg-said" id="pg-said-${name}"></span>
      </label>`).join("");
    at("ticks").innerHTML = [-3, -2, -1, 0, 1, 2, 3].map(
      (x) => `<span style="left: ${place(x)}%">${x > 0 ? "+" : ""}${number(x, 0)}</span>`).join("");
    at("models").addEventListener("change", (event) => { state.model = event.target.value; show(); });
  };

  const verdict = ({ holds }) => (holds === null ? "no interval" : holds ? "rating inside" : "rating outside");

  const showModels = (answers) => at("models").querySelectorAll(".pg-model").forEach((row, i) => {
    const { name, before, prediction, rating, sigma, half, error, holds } = answers[i];
    const bar = row.querySelector(".pg-interval");
    row.querySelector("input").checked = name === state.model;
    row.querySelector(".pg-dot").style.left = `${place(prediction)}%`;
    row.querySelector(".pg-truth").style.left = `${place(rating)}%`;
    row.querySelector(".pg-ghost").style.left = `${place(before.prediction)}%`;
    row.querySelector(".pg-ghost").hidden = clean();
    bar.hidden = half === null;
    if (half !== null) {
      bar.style.left = `${place(prediction - half)}%`;
      bar.style.width = `${place(prediction + half) - place(prediction - half)}%`;
    }
    const spread = sigma === null ? "" : ` ± ${number(sigma)}`;
    row.querySelector(".pg-said").innerHTML = `<b>${signed(prediction)}${spread}</b>
      <small>off by ${number(error)}</small>
      <small class="pg-verdict pg-${holds === null ? "none" : holds ? "inside" : "outside"}">${verdict(answers[i])}</small>`;
  });

  const spoken = ({ name, before, prediction, rating, sigma, half, error, holds }) => {
    const moved = clean() ? "" : ` Of the clean sentence it says ${signed(before.prediction)}.`;
    const told = `${name} says ${signed(prediction)}, our rating is ${signed(rating, 1)}: off by ${number(error)}.${moved}`;
    if (half === null) return `${told} It does not say how sure it is.`;
    const range = `${signed(prediction - half)} to ${signed(prediction + half)}`;
    return `${told} It announces an error of ${number(sigma)}; its 90 % interval, ${range}, `
      + `${holds ? "holds" : "does not hold"} our rating.`;
  };

  let waiting;
  const announce = (text) => { // once the controls rest, so that a screen reader is not flooded
    clearTimeout(waiting);
    waiting = setTimeout(() => { at("status").textContent = text; }, 250);
  };

  // ---- The inside of one model

  // Where the colours of a view's strips are full: 19 of 20 means or sigmas that its chosen experts give for
  // clean sentences are smaller.
  const scales = Object.fromEntries(MODELS.map((name) => {
    const outs = sets.invented.inputs.map((inputs) => forward(models[name], inputs));
    return [name, Object.fromEntries(VIEWS.map((view) => {
      const chosen = outs.flatMap(({ views: { [view]: did } }) => did.index.map((j) => did.experts[j]));
      const high = (part) => {
        const sizes = chosen.flatMap((expert) => Array.from(expert[part] ?? [], Math.abs)).sort((x, y) => x - y);
        return sizes[Math.floor(0.95 * sizes.length)] ?? null;
      };
      return [view, { mean: high("mean"), sigma: high("sigma") }];
    }))];
  }));

  const strip = (values, scale, part) => {
    const cells = Array.from(values, (value, d) => {
      const sign = part === "sigma" ? "sigma" : value < 0 ? "negative" : "positive";
      return `<rect x="${d}" width="1" height="1" class="pg-cell-${sign}" opacity="${Math.min(Math.abs(value) / scale, 1).toFixed(3)}"/>`;
    }).join("");
    const range = `${part} from ${number(Math.min(...values))} to ${number(Math.max(...values))}`;
    return `<svg role="img" aria-label="${range}" viewBox="0 0 ${values.length} 1" preserveAspectRatio="none"><title>${range}</title>${cells}</svg>`;
  };

  const average = (values) => values.reduce((a, b) => a + b, 0) / values.length;

  const wide = (p) => `${(100 * p).toFixed(1)}%`;

  const expertRow = ({ probs, index, experts }, before, j, scale) => {
    const { mean, sigma } = experts[j];
    const chosen = index.includes(j);
    const was = clean() ? "" : `<b style="left: ${wide(before.probs[j])}"></b>`;
    return `<tr class="${chosen ? "pg-chosen" : "pg-idle"}">
      <th scope="row">${j + 1}${chosen ? '<span class="pg-hidden"> chosen</span>' : ""}</th>
      <td class="pg-gate"><span><i style="width: ${wide(probs[j])}"></i>${was}</span>${Math.round(100 * probs[j])}</td>
      <td>${strip(mean, scale.mean, "mean")}</td>
      <td>${sigma ? strip(sigma, scale.sigma, "sigma") : "none"}</td>
      <td>${sigma ? number(average(sigma)) : "–"}</td></tr>`;
  };

  const role = (out, view) => {
    const did = out.views[view];
    if (!did) return out.name === "calibrated" ? "Missing: a term less." : "Missing: it adds 0.";
    if (out.name !== "calibrated") return `It adds <b>${signed(did.adds)}</b>.`;
    return `Alone it says <b>${signed(did.alone)} ± ${number(did.aloneSigma)}</b>. It counts <b>${percent(did.counts)}</b>.`;
  };

  const viewTable = (out, view) => {
    const did = out.views[view];
    const scale = scales[out.name][view];
    const rows = did ? did.experts.map((_, j) => expertRow(did, out.before.views[view], j, scale)).join("") : "";
    const sigmas = scale.sigma ? `sigmas<small>to ${number(scale.sigma, 1)}</small>` : "sigmas";
    const table = `<table><caption class="pg-hidden">Experts of the view ${view} in the model ${out.name}</caption>
      <thead><tr><th scope="col"><abbr title="expert">#</abbr></th><th scope="col">gate, %</th><th scope="col">means<small>±${number(scale.mean, 1)}</small></th>
      <th scope="col">${sigmas}</th><th scope="col"><abbr title="mean sigma">ø</abbr></th></tr></thead><tbody>${rows}</tbody></table>`;
    return `<div class="pg-expert-view"><h3>${view}</h3><p>${role(out, view)}</p>${did ? table : ""}</div>`;
  };

  const sum = (out) => {
    const given = VIEWS.filter((view) => out.views[view]);
    if (out.name === "calibrated") {
      const parts = given.map((view) => `${view} ${percent(out.views[view].counts)}`).join(", ");
      return `Views count by how sure they are: ${parts}; what was believed before any was seen, ${percent(out.priorCounts)}.`;
    }
    const parts = given.map((view) => `${out.views[view].adds < 0 ? "−" : "+"} ${number(Math.abs(out.views[view].adds))} (${view})`);
    return `The head adds up: ${number(out.bias)} (its bias) ${parts.join(" ")} = ${number(out.prediction)}.`;
  };

  const showInside = (out) => {
    at("inside-title").textContent = `Inside ${out.name}`;
    at("sum").textContent = `${sum(out)} On all ${header.test} test tweets it errs by ${number(models[out.name].mae)} (MAE).`;
    at("inside").innerHTML = VIEWS.map((view) => viewTable(out, view)).join("");
    at("strips").innerHTML = '<span><i class="pg-ramp pg-ramp-mean"></i> means, below and above 0</span>'
      + (out.sigma === null ? "" : '<span><i class="pg-ramp pg-ramp-sigma"></i> sigmas, from 0; ø is an expert\'s mean</span>')
      + `<span><i class="pg-key-chosen"></i> the ${models[out.name].k} chosen experts</span>`
      + '<span><i class="pg-key-was"></i> the gate without noise</span>';
  };

  // ---- Curves over held-out tweets

  // Of squared numbers.
  const rootMean = (squares) => Math.sqrt(average(squares));

  // At one strength of noise in some views: error, announced sigma, and the share of intervals that hold.
  const point = (name, noisy, level) => {
    const strengths = Object.fromEntries(VIEWS.map((view) => [view, noisy.includes(view) ? level : 0]));
    const said = sets.tweets.inputs.map((inputs, row) => {
      const { prediction, sigma } = forward(models[name], disturbed(inputs, strengths, 50000 + row));
      return { error: (prediction - sets.tweets.rating[row]) ** 2, sigma };
    });
    return {
      level,
      error: rootMean(said.map((one) => one.error)),
      announced: said[0].sigma === null ? null : rootMean(said.map((one) => one.sigma ** 2)),
      holds: average(said.map((one) => (one.sigma !== null && one.error <= (NORMAL_90 * one.sigma) ** 2 ? 1 : 0))),
    };
  };

  const [WIDTH, HEIGHT, LEFT, BOTTOM] = [220, 150, 30, 30];
  const path = (points, x, y) => points.map((p, i) => `${i ? "L" : "M"}${x(p.level).toFixed(1)} ${y(p).toFixed(1)}`).join("");

  const drawing = (points, top, text) => {
    const x = (level) => LEFT + (WIDTH - LEFT - 8) * level / STRONGEST;
    const y = (value) => HEIGHT - BOTTOM - (HEIGHT - BOTTOM - 8) * value / top;
    const sure = points[0].announced !== null;
    const back = [...points].reverse();
    const gap = sure ? `<path class="pg-gap" d="${path(points, x, (p) => y(p.error))}${path(back, x, (p) => y(p.announced)).replace("M", "L")}Z"/>` : "";
    const grid = Array.from({ length: Math.floor(top * 2) + 1 }, (_, i) => i / 2).map((v) =>
      `<line class="pg-grid" x1="${LEFT}" x2="${WIDTH - 8}" y1="${y(v)}" y2="${y(v)}"/><text x="${LEFT - 5}" y="${y(v) + 4}" text-anchor="end">${number(v, 1)}</text>`).join("");
    const ticks = [0, 1, 2, 3].map((v) => `<text x="${x(v)}" y="${HEIGHT - BOTTOM + 14}" text-anchor="middle">${v}</text>`).join("");
    return `<svg role="img" aria-label="${escaped(text)}" viewBox="0 0 ${WIDTH} ${HEIGHT}">${grid}${ticks}
      <text x="${(WIDTH + LEFT) / 2}" y="${HEIGHT - 3}" text-anchor="middle">noise, SD</text>${gap}
      <path class="pg-error" d="${path(points, x, (p) => y(p.error))}"/>
      ${sure ? `<path class="pg-announced" d="${path(points, x, (p) => y(p.announced))}"/>` : ""}</svg>`;
  };

  const told = (points) => {
    const [first, last] = [points[0], points.at(-1)];
    const errs = `At noise ${last.level} it errs by ${number(last.error)}`;
    if (last.announced === null) return `${errs} and announces nothing.`;
    return `${errs} and announces ${number(last.announced)}. Its 90 % intervals hold ${percent(last.holds)} of the ratings; `
      + `without noise, ${percent(first.holds)}.`;
  };

  const headline = (last) => (last.announced === null ? "announces nothing"
    : `announces ${percent(last.announced / last.error)} of its error`);

  const found = {}; // {where the noise is: a curve a model}

  // Finds the curves, one point between two yields.
  function* finding(where) {
    if (found[where]) return;
    const curves = MODELS.map(() => []);
    for (const level of LEVELS) {
      for (const [i, name] of MODELS.entries()) {
        curves[i].push(point(name, where === "all views" ? VIEWS : [where], level));
        yield;
      }
    }
    found[where] = curves;
  }

  const drawCurves = (where) => {
    const top = Math.max(...found[where].flat().map((p) => Math.max(p.error, p.announced ?? 0))) * 1.08;
    at("curves").innerHTML = MODELS.map((name, i) => {
      const text = told(found[where][i]);
      return `<div class="pg-curve"><h3>${name}</h3><p><b>${headline(found[where][i].at(-1))}</b></p>
        ${drawing(found[where][i], top, `${name}. ${text}`)}<p>${text}</p></div>`;
    }).join("");
    at("curves").setAttribute("aria-busy", "false");
  };

  const showCurves = async () => {
    const where = at("where").value;
    at("curves").setAttribute("aria-busy", "true");
    for (const _ of finding(where)) await new Promise((resolve) => { setTimeout(resolve); }); // the page stays alive
    if (where === at("where").value) drawCurves(where); // no other choice was made meanwhile
  };

  const printCurves = () => { // paper does not wait
    const where = at("where").value;
    for (const _ of finding(where));
    drawCurves(where);
  };

  // ---- All together

  const show = () => {
    const answers = MODELS.map(answer);
    const chosen = answers[MODELS.indexOf(state.model)];
    showSentence();
    showViews();
    showModels(answers);
    showInside(chosen);
    announce(spoken(chosen));
  };

  const kinds = [...new Set(header.sentences.map(({ kind }) => kind))];
  at("row").innerHTML = kinds.map((kind) => `<optgroup label="${kind}">${header.sentences.map((one, row) =>
    (one.kind === kind ? `<option value="${row}">${escaped(one.text)}</option>` : "")).join("")}</optgroup>`).join("");
  at("where").innerHTML = ["all views", ...VIEWS].map((view) => `<option>${view}</option>`).join("");
  at("rows").textContent = `${sets.tweets.rating.length} held-out tweets, each rated by twenty people or more`;
  state.row = header.sentences.findIndex(({ kind }) => kind === FIRST);
  makeViews();
  makeModels();

  const go = (row) => { state.row = (row + header.sentences.length) % header.sentences.length; show(); };
  at("row").addEventListener("change", () => go(Number(at("row").value)));
  at("before").addEventListener("click", () => go(state.row - 1));
  at("next").addEventListener("click", () => go(state.row + 1));
  at("draw").addEventListener("click", () => { state.draw += 1; show(); });
  at("reset").addEventListener("click", () => {
    for (const view of VIEWS) {
      at(`has-${view}`).checked = true;
      at(`noise-${view}`).value = 0;
    }
    readViews();
  });
  at("where").addEventListener("change", showCurves);
  window.addEventListener("beforeprint", printCurves);
  show();
  showCurves();
}
