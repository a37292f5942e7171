"""The self-test: each wrong answer names a chapter to read again, and the page adds them up."""

import re

import pytest
import yaml
from bookbuild.layout import documents

from tests.book.browsing import BOOK, NEEDS_CHROMIUM

PAGE = (BOOK / "self_test.md").read_text(encoding="utf-8")
QUESTIONS = re.findall(r"^::::\{container\} question\n(.*?)^::::$", PAGE, re.MULTILINE | re.DOTALL)
CONCEPTS = {
    *("noise_and_views", "data_and_leaks", "gaussian_experts", "kl_regularisation", "top_k_gating"),
    *("load_balancing", "uncertainty_loss", "whole_model", "what_sigma_knows"),
}
SMALL = """<!doctype html><div class="question"><details id="a"><a href="gate.html">Gate</a></details>
<details id="b">Right.</details></div><div class="question"><details id="c"><a href="kl.html">KL</a></details>
<details id="d"><a href="gate.html">Gate</a></details></div><div class="question"><details id="e">
<a href="gate.html">Gate</a></details></div><div id="diagnosis"></div><script src="{script}"></script>"""


def answers(question):
    """{its title: what is folded below it}."""
    return dict(re.findall(r"^:::\{dropdown\} (.+?)\n(.*?)\n:::$", question, re.MULTILINE | re.DOTALL))


def links(text):
    return re.findall(r"\]\((\w+)\.ipynb\)", text)


@pytest.mark.parametrize("question", QUESTIONS, ids=range(1, len(QUESTIONS) + 1))
def test_one_answer_is_right_and_each_other_leads_to_one_chapter(question):
    found = answers(question)
    assert len(found) >= 3
    right = [text for text in found.values() if text.startswith("Right.")]
    assert len(right) == 1
    assert not links(right[0])
    assert all(len(links(text)) == 1 for text in found.values() if text not in right)


def test_questions_are_numbered_and_right_answers_do_not_stand_in_one_place():
    numbers = [int(question.split("**")[1].rstrip(".")) for question in QUESTIONS]
    assert numbers == list(range(1, len(QUESTIONS) + 1))
    places = [[text[:6] for text in answers(question).values()].index("Right.") for question in QUESTIONS]
    assert max(places.count(place) for place in set(places)) < 0.6 * len(places)


def test_what_is_to_be_read_again_exists_and_no_chapter_on_the_method_is_without_a_question():
    toc = yaml.safe_load((BOOK.parent / "_toc.yml").read_text(encoding="utf-8"))
    read = {f"book/{name}" for question in QUESTIONS for name in links(question)}
    assert read <= set(documents(toc))
    assert read >= {f"book/{name}" for name in CONCEPTS}


@NEEDS_CHROMIUM
def test_the_page_adds_up_first_choices_alone(chromium, tmp_path):
    page = chromium.new_page()
    (tmp_path / "page.html").write_text(SMALL.format(script=(BOOK / "_static" / "self_test.js").as_uri()))
    page.goto((tmp_path / "page.html").as_uri())
    for answer in ("b", "a", "c", "d", "e"):  # `a` and `d` are second choices
        page.evaluate("id => { document.getElementById(id).open = true; }", answer)
        page.wait_for_timeout(50)
    shown = page.locator("#diagnosis")
    assert shown.locator("p").inner_text() == "1 of 3 right at first."
    assert shown.locator("li").all_inner_texts() == [
        "KL: 1 of your first choices",
        "Gate: 1 of your first choices",
    ]
    page.close()
