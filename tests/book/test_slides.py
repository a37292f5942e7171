"""Slides: what they take of a chapter, and that they ask nothing of the network."""

import base64

import check_browser
import make_slides
import pytest
from bookbuild.slides import BREAK, FULL, deck
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tests.book.browsing import NEEDS_CHROMIUM

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
QUESTION = """## The question

Plain words. See [the gate](gate.ipynb) {cite}`gao2024euar`: **it chooses**. More words.

$$a = b$$

This is {eq}`eq-gate`, which {py:class}`euar.gating.TopKGate` **computes**."""
POLL = """## Exercises

```{exercise} Guess
:label: ex-guess

How many?

:::{admonition} Hint
:class: dropdown
Secret.
:::
```"""
DECK = """# Title

## The question

See the gate: **it chooses**.

$$a = b$$

This is Eq. 5, which `TopKGate` **computes**.

```{revealjs-break}
```

![a line](one-0.png)

## Exercises

**Guess**

How many?
"""


def chapter(*texts):
    shown = new_output("display_data", {"image/png": PIXEL})
    image = {"mystnb": {"image": {"alt": "a line"}}}
    picture = new_code_cell("draw()", metadata=image, outputs=[shown])
    answer = new_code_cell("# Solution\n91", metadata={"tags": ["hide-cell"]})
    first, *rest = [new_markdown_cell(text) for text in ("# Title\n\nBefore **you** start.", *texts)]
    return new_notebook(cells=[first, rest[0], picture, answer, *rest[1:]])


def test_a_deck_has_headings_bold_sentences_equations_pictures_and_polls():
    text, pictures = deck(chapter(QUESTION, POLL), "one", {"eq-gate": 5})
    assert text == DECK
    assert pictures == {"one-0.png": base64.b64decode(PIXEL)}


def test_a_poll_needs_no_title():
    text, _ = deck(chapter(QUESTION, POLL.replace(" Guess", "")), "one", {})
    assert text.endswith("## Exercises\n\nHow many?\n")


def test_a_full_slide_is_broken_between_points():
    point = "- " + "word " * (FULL // 2)
    text, _ = deck(chapter(f"## Points\n\n{point}\n{point}\n{point}"), "one", {})
    assert text.count(BREAK) == 3  # and one before the picture


def test_sections_without_anything_to_show_and_references_are_left_out():
    text, _ = deck(chapter(QUESTION, "## Dull\n\nWords.\n\n## References\n\n**Book**."), "one", {})
    assert "Dull" not in text
    assert "Book" not in text


@pytest.fixture(scope="module")
def slides(html, tmp_path_factory):
    target = tmp_path_factory.mktemp("slides")
    return target, make_slides.make(html.parent / "stage", target)


def test_every_chapter_has_slides(slides):
    folder, names = slides
    assert len(names) > 20
    for name in names:
        assert (folder / f"{name}.html").read_text(encoding="utf-8").count("<section") >= 3, name


@NEEDS_CHROMIUM
def test_slides_ask_nothing_of_the_network_and_show_formulas(slides, chromium):
    folder, _ = slides
    found = []
    for name in ("top_k_gating", "uncertainty_loss"):
        page = chromium.new_page()
        page.on("request", lambda request: found.append(request.url))
        page.on("pageerror", lambda error: found.append(f"script: {error}"))
        check_browser.open_page(page, folder / f"{name}.html")
        assert page.locator("mjx-container").count() > 3
        page.close()
    assert [url for url in found if not url.startswith(("file:", "data:", "blob:"))] == []
