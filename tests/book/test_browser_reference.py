"""Every other page as Chromium shows it; a file of its own, so that two processes share the pages."""

from tests.book.browsing import NEEDS_CHROMIUM, pages_of_chapters, problems, shown

pytestmark = NEEDS_CHROMIUM


def test_no_other_page_has_a_problem(html, chromium):
    chapters = set(pages_of_chapters(html))
    found = problems(chromium, [path for path in shown(html) if path not in chapters])
    assert "search.html" in found
    assert {name: lines for name, lines in found.items() if lines} == {}
