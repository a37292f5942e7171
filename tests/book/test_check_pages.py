"""What makes a page hard to read: planted faults are found, and no page of the book has one."""

import random

import check_pages
import pytest

FAULTS = {
    "0 headings of the first level": "<h2>Title</h2>",
    "2 headings of the first level": "<h1>One</h1><h1>Two</h1>",
    "'Deep' is h3 after h1": "<h1>Title</h1><h3>Deep</h3>",
    "a link to 'nowhere.html' leads nowhere": "<h1>Title</h1><a href='nowhere.html'>x</a>",
    "a link to '#nothing' leads nowhere": "<h1>Title</h1><a href='#nothing'>x</a>",
    "a.png is shown twice": "<h1>Title</h1><img src='a.png'><p>x</p><img src='a.png'>",
    "a link to 'other.html#gone' leads nowhere": "<h1>Title</h1><a href='other.html#gone'>x</a>",
}
SOUND = """<h1>Title</h1><h2 id='part'>Part</h2><h3>Deep</h3><h2>Next</h2><a href='#part'>up</a>
<a href='other.html#here'>other</a><a href='data.zip'>file</a><a href='https://example.org/x'>outside</a>"""


@pytest.fixture
def page(tmp_path):
    def write(body):
        (tmp_path / "other.html").write_text("<p id='here'>x</p>")
        (tmp_path / "data.zip").write_bytes(b"x")
        path = tmp_path / f"{len(body)}.html"  # a name is parsed once
        path.write_text(f"<html><body><article>{body}</article></body></html>")
        return path

    return write


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(page, fault):
    assert fault in check_pages.problems(page(FAULTS[fault]))


def test_a_sound_page_has_no_problem(page):
    assert check_pages.problems(page(SOUND)) == []


def noise(size):
    return "".join(random.Random(0).choices("abcdefghijklmnopqrstuvwxyz0123456789", k=size))


def test_text_weighs_and_pictures_do_not(page):
    heavy = page(f"<h1>Title</h1><p>{noise(3_000_000)}</p>")
    assert "MB compressed" in check_pages.problems(heavy)[0]
    picture = f"<h1>Title</h1><img src='data:image/png;base64,{noise(3_000_000)}'>"
    assert check_pages.problems(page(picture)) == []


def test_no_page_of_the_book_has_a_problem(html):
    found = {str(path.relative_to(html)): check_pages.problems(path) for path in check_pages.pages(html)}
    assert "book/intro.html" in found
    assert {name: lines for name, lines in found.items() if lines} == {}
