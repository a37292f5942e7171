"""The book on paper: two small pages that link to each other, printed into one file."""

import make_pdf
import pytest
from pypdf import PdfReader

from tests.book.browsing import NEEDS_CHROMIUM

pytestmark = NEEDS_CHROMIUM
PAGE = (
    "<!doctype html><html><body><article><h1>{title}<a class='headerlink'>#</a></h1>{text}</article></body>"
)


@pytest.fixture
def root(tmp_path):
    stage = tmp_path / "_build" / "stage"
    stage.mkdir(parents=True)
    (stage / "_config.yml").write_text("title: Small\n")
    (stage / "_toc.yml").write_text("root: first\nparts: [{chapters: [{file: second}]}]\n")
    html = tmp_path / "_build" / "html"
    html.mkdir(parents=True)
    links = "<p><a href='second.html#end'>on</a> <a href='data.zip'>data</a> <a href='https://a.b/'>out</a>"
    (html / "first.html").write_text(PAGE.format(title="One <em>way</em>", text=links))
    (html / "second.html").write_text(PAGE.format(title="Two", text="<p id='end'>The end"))
    return tmp_path


def test_pages_stand_in_order_under_their_titles(root):
    made = PdfReader(make_pdf.make(root))
    assert [page.extract_text().split("\n")[0] for page in made.pages] == ["One way#", "Two#"]
    assert [(item.title, made.get_destination_page_number(item)) for item in made.outline] == [
        ("One way", 0),
        ("Two", 1),
    ]
    assert made.metadata.title == "Small"


def test_links_between_pages_stay_inside_and_no_path_of_the_machine_is_left(root):
    path = make_pdf.make(root)
    assert list(make_pdf.addresses(path)) == ["https://a.b/"]
    made = PdfReader(path)
    inside = [a.get_object()["/Dest"][0] for a in made.pages[0]["/Annots"] if "/Dest" in a.get_object()]
    assert [page.idnum for page in inside] == [made.pages[1].indirect_reference.idnum]
    assert str(root).encode() not in path.read_bytes()


def test_a_page_that_was_not_built_is_named(root):
    (root / "_build" / "html" / "second.html").unlink()
    with pytest.raises(FileNotFoundError, match=r"second\.html is missing; run `make book` first"):
        make_pdf.make(root)


def test_the_main_path_is_the_chapters_alone(root):
    stage, html = root / "_build" / "stage", root / "_build" / "html"
    sections = "sections: [{file: second_deeper}]"
    (stage / "_toc.yml").write_text(
        f"root: first\nchapters: [{{file: second, {sections}}}, {{file: third}}]\n"
    )
    for name in ("first", "second", "second_deeper"):
        (stage / f"{name}.ipynb").touch()
    for name in ("second_deeper", "third"):
        (html / f"{name}.html").write_text(PAGE.format(title=name, text=""))
    made = make_pdf.make(root, main_path=True)
    assert made.name == "euar_main_path.pdf"
    assert [item.title for item in PdfReader(made).outline] == ["One way", "Two"]
    assert [item.title for item in PdfReader(make_pdf.make(root)).outline][2:] == ["second_deeper", "third"]


def test_a_main_path_that_is_too_long_is_told(root, monkeypatch, capsys):
    (root / "_build" / "stage" / "first.ipynb").touch()
    monkeypatch.setattr(make_pdf, "ROOT", root)
    monkeypatch.setattr("sys.argv", ["make_pdf.py", "--main-path"])
    assert make_pdf.main() == 0
    monkeypatch.setattr(make_pdf, "LONGEST", 0)
    assert make_pdf.main() == 1
    assert "euar_main_path.pdf: 1 pages" in capsys.readouterr().out
