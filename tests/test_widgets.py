"""The static panel is complete HTML; the live one is an ipywidget."""

import re
from html.parser import HTMLParser

import ipywidgets
import matplotlib
import pytest

from euar.plots import COLORS, figure
from euar.widgets import Panel, panel

matplotlib.use("Agg")
VALUES = [0.1, 1.0, 10.0]


def draw(scale):
    made, (ax,) = figure(width=2, height=1.5)
    ax.plot([0, scale])
    return made


@pytest.fixture
def made(monkeypatch):
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    return panel(draw, VALUES, label="scale <s>", describe=lambda v: f"a line up to {v:g}", start=1)


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen = []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))


def tags(panel, name):
    parser = Tags()
    parser.feed(panel._repr_html_())
    return [attrs for tag, attrs in parser.seen if tag == name]


def test_one_frame_is_shown_and_each_says_what_it_shows(made):
    images = tags(made, "img")
    assert [image["alt"] for image in images] == ["a line up to 0.1", "a line up to 1", "a line up to 10"]
    assert ["hidden" in image for image in images] == [True, False, True]
    assert len({image["src"] for image in images}) == 3


def test_the_slider_is_labelled_and_starts_where_it_should(made):
    (slider,), (label,) = tags(made, "input"), tags(made, "label")
    assert slider["id"] == label["for"]
    assert (slider["min"], slider["max"], slider["value"], slider["aria-valuetext"]) == ("0", "2", "1", "1")
    assert "scale &lt;s&gt;" in made._repr_html_()


def test_the_page_asks_for_nothing(made):
    assert not re.search(r"(?:src|href)=\"(?!data:)", made._repr_html_())


def test_the_same_panel_is_the_same_bytes(made):
    assert made._repr_html_() == Panel(made.frames, made.label, made.start)._repr_html_()


def test_a_text_cannot_end_the_script():
    text = "</script><b>"
    page = Panel([(b"", text, ""), (b"", "b", "")], "x")._repr_html_()
    assert page.count("</script>") == 1


def test_with_a_live_kernel_the_panel_is_a_widget(monkeypatch):
    monkeypatch.setenv("JPY_SESSION_NAME", "chapter.ipynb")
    live = panel(draw, VALUES, label="scale", describe=str, start=1)
    assert isinstance(live, ipywidgets.interactive)
    slider = live.children[0]
    assert (list(slider.options), slider.value, slider.description) == (VALUES, 1.0, "scale")


def test_colours_differ_in_lightness_and_figures_have_their_panels():
    assert len(set(COLORS)) == len(COLORS)
    assert len(figure(columns=3)[1]) == 3
