"""Panels with a slider that work in a page without a kernel, and follow a live kernel where there is one."""

import base64
import hashlib
import html
import io
import json
import os
import sys
from collections.abc import Callable, Sequence
from string import Template
from typing import Any

from matplotlib.figure import Figure

_FRAME = '<img src="data:image/png;base64,{data}" alt="{alt}"{hidden}>'
_PANEL = Template("""\
<figure class="euar-panel" id="$id">
$frames
<figcaption>
<label for="$id-slider">$label</label>
<input id="$id-slider" type="range" min="0" max="$last" step="1" value="$start" aria-valuetext="$text">
<output for="$id-slider">$text</output>
</figcaption>
</figure>
<script>
(() => {
  const panel = document.getElementById("$id"), slider = panel.querySelector("input");
  const frames = panel.querySelectorAll("img"), texts = $texts;
  slider.addEventListener("input", () => {
    frames.forEach((frame, i) => { frame.hidden = i !== slider.valueAsNumber; });
    panel.querySelector("output").textContent = texts[slider.value];
    slider.setAttribute("aria-valuetext", texts[slider.value]);
  });
})();
</script>""")


class Panel:
    """A slider over pictures that were drawn beforehand; shown as HTML that needs no kernel and no library.

    Args:
        frames: (picture as PNG, text of the slider there, alternative text) for each position.
        label: what the slider changes.
        start: the position shown first.
    """

    def __init__(self, frames: Sequence[tuple[bytes, str, str]], label: str, start: int = 0):
        self.frames = tuple(frames)
        self.label = label
        self.start = start

    def _repr_html_(self) -> str:
        images = [
            _FRAME.format(
                data=base64.b64encode(png).decode(),
                alt=html.escape(alt),
                hidden="" if i == self.start else " hidden",
            )
            for i, (png, _, alt) in enumerate(self.frames)
        ]
        texts = [text for _, text, _ in self.frames]
        return _PANEL.substitute(
            id="panel-" + hashlib.sha256("".join(images).encode()).hexdigest()[:12],
            frames="\n".join(images),
            label=html.escape(self.label),
            last=len(images) - 1,
            start=self.start,
            text=html.escape(texts[self.start]),
            texts=json.dumps(texts).replace("<", r"\u003c"),  # the text must not end the script
        )


def panel(
    draw: Callable[[Any], Figure],
    values: Sequence[Any],
    *,
    label: str,
    describe: Callable[[Any], str],
    start: int = 0,
) -> Any:
    """Return a slider over `values`; with a live kernel an ipywidget that draws anew, elsewhere a `Panel`.

    Args:
        draw: makes the figure for one value.
        values: the slider's positions.
        label: what the slider changes.
        describe: what a figure shows, in words, for readers who cannot see it.
        start: the position shown first.
    """
    if _live_kernel():
        import ipywidgets

        def redraw(value: Any) -> None:
            draw(value)  # shown by the inline backend; returned, it would be shown twice

        slider = ipywidgets.SelectionSlider(options=values, value=values[start], description=label)
        return ipywidgets.interactive(redraw, value=slider)
    return Panel([(_png(draw(v)), _text(v), describe(v)) for v in values], label, start)


def _live_kernel() -> bool:
    """Whether a person sits at a notebook: Jupyter's server and Colab say so, papermill does not."""
    return "google.colab" in sys.modules or "JPY_SESSION_NAME" in os.environ


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _png(made: Figure) -> bytes:
    import matplotlib.pyplot as plt

    buffer = io.BytesIO()
    made.savefig(buffer, format="png", dpi=110)
    plt.close(made)
    return buffer.getvalue()
