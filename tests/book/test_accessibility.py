"""Contrast is measured once for each look: a pale word is found beside one that differs in one thing."""

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from bookbuild.accessibility import AXE, MEASURE_EACH_LOOK_ONCE, RUN, violations

from tests.book.browsing import NEEDS_CHROMIUM

pytestmark = NEEDS_CHROMIUM
PAGE = "<!doctype html><html lang='en'><title>A page</title><style>{style}</style><main>{words}</main>"
#: What differs: (style, words that are readable and, with the id `pale`, some that are not).
TWINS = {
    "colour": ("p + p {-webkit-text-fill-color: #bbb}", "<p>Word</p><p id='pale'>Word</p>"),
    "stroke": ("p + p {-webkit-text-stroke: 3px #bbb}", "<p>Word</p><p id='pale'>Word</p>"),
    "shadow": (
        "p {color: #ccc} .lit {text-shadow: 1px 0 #000, -1px 0 #000, 0 1px #000, 0 -1px #000}",
        "<p class='lit'>Word</p><p id='pale'>Word</p>",
    ),
    "size": ("p {color: #888} .title {font-size: 2em}", "<p class='title'>Word</p><p id='pale'>Word</p>"),
    "weight": (
        "p {color: #888; font-size: 20px} .bold {font-weight: bold}",
        "<p class='bold'>Word</p><p id='pale'>Word",
    ),
    "background": (
        "p {color: #bbb} .dark {background: #000}",
        "<p class='dark'>Word</p><p id='pale'>Word</p>",
    ),
    "what it lies in": (
        "p {color: #bbb} .dark {background: #000}",
        "<div class='dark'><p>Word</p></div><div><p id='pale'>Word",
    ),
    "what it lies on": (
        "div {position: relative; height: 4em} i, p {position: absolute; top: 0; left: 0; z-index: 1}"
        "p {color: #bbb} i {width: 9em; height: 4em; background: #fff} .dark {background: #000}",
        "<div><i class='dark'></i><p>Word</p></div><div><i></i><p id='pale'>Word</p></div>",
    ),
    "opacity": (
        ".faint {opacity: 0.4}",
        "<div><p>Word</p></div><div class='faint'><p id='pale'>Word</p></div>",
    ),
    "blending": (
        "body {background: #777} div {background: #fff; color: #555} .dim {mix-blend-mode: multiply}",
        "<div>Word</div><div class='dim' id='pale'>Word</div>",
    ),
    "place in the pile": (
        "a {color: #bbb} .dark {background: #000} div {position: fixed; inset: 0 0 auto; background: #fff}",
        "<p class='dark' style='margin: 0'><a href='#'>Word</a></p><div><a href='#' id='pale'>Word</a></div>",
    ),
    "length": ("p {color: #bbb}", "<p>W</p><p id='pale'>Word</p>"),  # axe does not judge a single letter
}
COUNT = """() => {
  const check = axe._audit.checks["color-contrast"], measure = check.evaluate;
  window.measured = 0;
  check.evaluate = function (...all) { window.measured += 1; return measure.apply(this, all); };
}"""


@pytest.fixture
def page(chromium):
    page = chromium.new_page()
    yield page
    page.close()


@pytest.mark.parametrize("what", TWINS)
def test_a_pale_word_is_found_beside_its_readable_twin(page, what):
    style, words = TWINS[what]
    page.set_content(PAGE.format(style=f"body {{margin: 0}} {style}", words=words))
    assert violations(page) == ["color-contrast at #pale"]


def test_words_of_one_look_are_measured_once_and_pale_ones_all_named(page):
    words = "<p>Word</p>" * 5 + "<p class='pale'>Word</p>" * 2
    page.set_content(PAGE.format(style=".pale {color: #bbb}", words=words))
    page.evaluate(AXE_SCRIPT)
    page.evaluate(COUNT)
    page.evaluate(MEASURE_EACH_LOOK_ONCE)
    (found,) = [one for one in page.evaluate(RUN, AXE) if one["id"] == "color-contrast"]
    assert len(found["nodes"]) == 2
    assert page.evaluate("window.measured") == 1 + 2
