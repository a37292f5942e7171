"""The playground's page in Chromium: keys, what is announced, what is shown, and nothing from the network."""

import re

import check_browser
import make_playground
import pytest
import torch

from tests.book.browsing import NEEDS_CHROMIUM
from tests.book.playing import FOLDER, announced, disturbed

pytestmark = NEEDS_CHROMIUM
PAGE = FOLDER.parents[1] / "playground.md"
THEME = (
    "--pst-color-text-base: #222832; --pst-color-text-muted: #48566b; --pst-color-background: #fff;"
    "--pst-color-surface: #f3f4f5; --pst-color-border: #d1d5da;"
)
READY = "#pg-curves[aria-busy=false]"


@pytest.fixture(scope="module")
def book_page(tmp_path_factory):
    """The page's own mark-up, scripts and style below a heading; its folder's name makes axe look at it."""
    path = tmp_path_factory.mktemp("pages") / "book" / "playground.html"
    path.parent.mkdir()
    raw = "".join(re.findall(r"```\{raw\} html\n([^:].*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL))
    linked = raw.replace("../_static/playground", FOLDER.as_uri())
    body = (FOLDER / "page.html").read_text(encoding="utf-8")
    head = "<!doctype html><html lang='en'><meta charset='utf-8'><title>Playground</title>"
    style = f"<style>:root {{ {THEME} }} body {{ margin: 1rem; background: #fff }}</style>"
    path.write_text(f"{head}{style}<body><main><h1>Playground</h1>{body}{linked}</main>", encoding="utf-8")
    return path


@pytest.fixture
def opened(chromium, book_page):
    page = chromium.new_page()
    asked, errors = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(book_page.as_uri())
    page.wait_for_selector(READY)
    yield page
    assert errors == []
    assert all(url.startswith("file:") for url in asked)
    page.close()


def status(page, expected):
    """Wait until the live region says something."""
    page.get_by_role("status").filter(has_text=expected).wait_for(timeout=3000)
    return page.get_by_role("status").inner_text()


def test_the_page_has_no_problem(chromium, book_page):
    assert check_browser.problems(chromium, book_page) == []


def test_everything_can_be_reached_and_worked_by_keys(opened):
    opened.locator("#pg-row").focus()
    reached = []
    for _ in range(16):
        reached.append(opened.evaluate("document.activeElement.id || document.activeElement.value"))
        opened.keyboard.press("Tab")
    views = ("sentence", "lexicon", "style")
    sliders = [f"pg-{what}-{view}" for view in views for what in ("has", "noise")]
    order = ["pg-row", "pg-before", "pg-next", *sliders, "pg-draw", "pg-reset", "default", "pg-where"]
    assert reached[: len(order)] == order
    opened.locator("[value=default]").focus()
    for name in ("literal", "plain", "calibrated"):
        opened.keyboard.press("ArrowDown")
        assert opened.locator("#pg-inside-title").inner_text() == f"Inside {name}"
        assert f"{name} says" in status(opened, f"{name} says")
    opened.locator("#pg-noise-lexicon").focus()
    opened.keyboard.press("End")
    assert opened.locator("#pg-level-lexicon").inner_text() == "3.00 SD"
    assert opened.locator("#pg-noise-lexicon").get_attribute("aria-valuetext") == "3.00 SD"
    status(opened, "Of the clean sentence it says")
    opened.locator("#pg-next").press("Enter")
    status(opened, "our rating is +0.2")


def test_a_missing_view_is_said_and_the_last_one_stays(opened):
    opened.get_by_label("present: sentence").uncheck()
    opened.get_by_label("present: style").uncheck()
    assert opened.locator("#pg-level-style").inner_text() == "missing"
    assert opened.get_by_label("present: lexicon").is_disabled()
    assert opened.locator("#pg-inside table").count() == 1
    opened.get_by_role("button", name="Clean again").click()
    assert opened.get_by_label("present: lexicon").is_enabled()
    assert opened.locator("#pg-inside table").count() == 3


@torch.no_grad()
def test_the_page_shows_what_pytorch_says(opened, asset, models):
    row = opened.evaluate("Number(document.getElementById('pg-row').value)")
    inputs = {v: torch.tensor(asset[1][f"invented/{v}"][row : row + 1]) for v in asset[0]["views"]}
    for name, model in models.items():
        output = model(inputs)
        sigma = announced(model, inputs)
        text = f"{output.prediction.item():+.2f}" + ("" if sigma is None else f" ± {sigma.item():.2f}")
        shown = opened.locator(f"#pg-said-{name} b").inner_text()
        assert shown.replace("\u2212", "-") == text


@torch.no_grad()
@pytest.mark.parametrize("where", ["all views", "lexicon"])
def test_the_curves_are_those_of_pytorch(opened, asset, models, where):
    opened.get_by_label("Noise in", exact=True).select_option(where)
    opened.wait_for_selector(READY)
    strengths = [3 if where in ("all views", view) else 0 for view in asset[0]["views"]]
    inputs, rating = disturbed(asset, "tweets", strengths, 50000), torch.tensor(asset[1]["tweets/rating"])
    for place, (name, model) in enumerate(models.items()):
        text = opened.locator(".pg-curve").nth(place).inner_text().replace("\u00a0", " ")
        output = model(inputs)
        error, sigma = output.prediction - rating, announced(model, inputs)
        errs, *announces = (float(number) for number in re.findall(r"(?:by|and announces) (\d\.\d\d)", text))
        assert errs == pytest.approx(error.square().mean().sqrt().item(), abs=6e-3), name
        if sigma is None:
            assert "announces nothing" in text
        else:
            assert announces == [pytest.approx(sigma.square().mean().sqrt().item(), abs=6e-3)], name
            holds = (error.abs() <= 1.645 * sigma).double().mean()
            assert f"hold {round(100 * holds.item())} % of the ratings" in text


def test_paper_shows_the_curves_at_once(chromium, book_page):
    page = chromium.new_page()
    page.goto(book_page.as_uri())
    page.locator("#pg-where").select_option("style")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".pg-curve svg").count() == len(make_playground.SELECT)
    page.close()


@pytest.mark.parametrize(("motion", "seconds"), [("reduce", "0s"), ("no-preference", "0.25s, 0.25s")])
def test_nothing_moves_for_those_who_asked_for_that(opened, motion, seconds):
    opened.emulate_media(reduced_motion=motion)
    found = opened.locator(".pg-dot").first.evaluate("dot => getComputedStyle(dot).transitionDuration")
    assert found == seconds


def test_the_files_that_the_page_names_are_there():
    named = re.findall(r"_static/playground/([\w.]+)", PAGE.read_text(encoding="utf-8"))
    assert sorted(named) == sorted(path.name for path in FOLDER.iterdir())
