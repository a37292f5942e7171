"""Two layers: a main path can be read in a sitting and says how long that takes; more has a page below it."""

import nbformat
import pytest
import state_minutes
import yaml
from bookbuild.layout import chapters
from bookbuild.reading import TIME, Reading, prose, reading
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests.book.conftest import ROOT
from tests.chapters.build_it import program

LIMITS = Reading(words=1500, code=20, pictures=4, exercises=2)
#: {page that is typed: how many parts its program has, an exercise each}; they are its text, not a task more.
TYPED = {"build_it": len(program.PARTS)}
PAGES = {chapter.document: chapter for chapter in chapters(ROOT, "smoke")}
MAIN = [page for page in PAGES.values() if not page.above]
DEEPER = [page for page in PAGES.values() if page.above]


def read(page):
    return nbformat.read(page.source, as_version=4)


def excess(asked, typed=0):
    """{what: how much} of a main path is over its limit."""
    limits = LIMITS._replace(exercises=LIMITS.exercises + typed)
    pairs = zip(Reading._fields, asked, limits, strict=True)
    return {name: found for name, found, limit in pairs if found > limit}


@pytest.mark.parametrize("page", MAIN, ids=lambda page: page.name)
def test_a_main_path_is_within_the_limits(page):
    over = excess(reading(read(page)), TYPED.get(page.name, 0))
    assert not over, f"{page.name}: {over}"


@pytest.mark.parametrize("page", MAIN, ids=lambda page: page.name)
def test_only_a_page_that_is_typed_has_an_exercise_for_each_part_of_its_program(page):
    labels = [f":label: build-{part}" in page.source.read_text(encoding="utf-8") for part in program.PARTS]
    assert sum(labels) == TYPED.get(page.name, 0)


@pytest.mark.parametrize("page", PAGES.values(), ids=lambda page: page.name)
def test_a_page_says_how_long_it_takes(page):
    stated = TIME.findall(page.source.read_text(encoding="utf-8"))
    assert stated == [reading(read(page)).sentence], "run: python tools/state_minutes.py"


def test_what_is_deeper_stands_alone_below_its_chapter():
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text())
    entries = [entry for part in toc["parts"] for entry in part["chapters"] if "sections" in entry]
    below = {entry["file"]: entry["sections"] for entry in entries}
    assert below == {page.above: [{"file": page.document}] for page in DEEPER}


def test_a_chapter_and_what_is_deeper_lead_to_each_other():
    for page in DEEPER:
        above = PAGES[page.above]
        for here, there in ((above, page), (page, above)):
            assert f"]({there.name}.ipynb)" in here.source.read_text(encoding="utf-8"), here.name


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Three plain words.", 3),
        ("A sum $a + b + c$ is one word.", 6),
        ("$$a = b\n+ c$$", 1),
        ("```{admonition} Two words\n:class: tip\nand three more\n```\nthen the last", 8),
        ("See\n\n```bash\nmake book test\n```\n\nand go.", 3),
        ("| a | b |\n|---|---|\n| one | two |", 4),
        ("```{exercise} Try\n\n:::{admonition} Hint\n:class: dropdown\nfold me\n:::\nnow\n```", 2),
        ("(label)=\n## Title", 1),
    ],
)
def test_words_are_those_of_the_text(text, words):
    assert len(prose(text).split()) == words


def test_what_everybody_sees_counts_and_the_rest_does_not():
    def code(source, *tags, **metadata):
        return new_code_cell(source, metadata={"tags": list(tags), **metadata})

    cells = [
        new_markdown_cell("# Title"),
        code("import this", "setup"),
        code("profile = None", "parameters"),
        code("plot()", "hide-input", mystnb={"image": {"alt": "a line"}}),
        code("panel(\n    draw)"),
        code("said()", "remove-input"),
        new_markdown_cell("```{exercise} Try\n:label: try\nthis\n```"),
        code("answer = ..."),
        new_markdown_cell("```{solution} try\nmany more words\n```"),
        code("# Solution\nanswer = 1", "hide-cell"),
        new_markdown_cell("![a drawing](drawing.svg)"),
    ]
    asked = reading(new_notebook(cells=cells))
    assert asked == Reading(words=5, code=3, pictures=3, exercises=1)
    assert asked.minutes == 6
    assert asked.sentence == "**Time:** 6 minutes to read, and one exercise."


@pytest.mark.parametrize("field", Reading._fields)
def test_one_more_than_the_limit_is_too_much(field):
    assert excess(LIMITS) == {}
    over = LIMITS._replace(**{field: getattr(LIMITS, field) + 1})
    assert excess(over) == {field: getattr(over, field)}
    assert bool(excess(over, typed=1)) == (field != "exercises")


def test_minutes_are_written_once_and_only_in_their_place(tmp_path):
    path = tmp_path / "page.ipynb"
    text = new_markdown_cell("# Title\n\n**Time:** ages.\nAnd so on.")
    nbformat.write(new_notebook(cells=[text, new_code_cell("x = 1"), new_code_cell("x = 2")]), path)
    before = path.read_text()
    assert state_minutes.state(path)
    assert not state_minutes.state(path)
    assert path.read_text() == before.replace("**Time:** ages.", "**Time:** 2 minutes to read.")


def test_a_page_without_a_place_for_the_minutes_is_named(tmp_path):
    nbformat.write(new_notebook(cells=[new_markdown_cell("# Title")]), tmp_path / "page.ipynb")
    with pytest.raises(ValueError, match=r"page.ipynb: expected one line .* found 0"):
        state_minutes.state(tmp_path / "page.ipynb")
