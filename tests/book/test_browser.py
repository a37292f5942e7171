"""Every chapter as Chromium shows it, with planted faults to see that each is found."""

import check_browser
import pytest

from tests.book.browsing import NEEDS_CHROMIUM, pages_of_chapters, problems

pytestmark = NEEDS_CHROMIUM
HEAD = "<!doctype html><html lang='en'><head><title>A page</title></head><body><main>"
FOOT = "</main></body></html>"
FAULTS = {
    "asks the network for https://example.org": '<script src="https://example.org/x.js"></script>',
    "raw TeX": r"<p>\(x^2\)</p>",
    "console": "<script>console.error('oops')</script>",
    "script": "<script>undefined_name</script>",
    "light: color-contrast": "<p style='color: #bbb; background: #fff'>pale</p>",
    "dark: color-contrast": "<style>@media (prefers-color-scheme: dark) {p {color: #222; background: #000}}"
    "</style><p>murky</p>",
    "wider than": "<div style='width: 900px'>wide</div>",
    "picture without": "<img src='data:,' alt='plot.png'>",
}


def test_no_chapter_has_a_problem(html, chromium):
    found = problems(chromium, pages_of_chapters(html))
    assert "gaussian_experts.html" in found and "search.html" not in found
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(chromium, tmp_path, fault):
    page = tmp_path / "book" / "page.html"
    page.parent.mkdir()
    page.write_text(f"{HEAD}{FAULTS[fault]}{FOOT}")
    found = check_browser.problems(chromium, page)
    assert any(line.startswith(fault) or fault in line for line in found)


def test_a_plain_page_has_no_problem(chromium, tmp_path):
    page = tmp_path / "book" / "page.html"
    page.parent.mkdir()
    page.write_text(f"{HEAD}<code>\\frac</code>{FOOT}")
    assert check_browser.problems(chromium, page) == []
