"""Slides of a chapter, as Markdown for sphinx-revealjs.

Each section gives its heading, block quotes, lists and sentences with bold words, its displayed equations and
its pictures; an exercise becomes a poll. So slides change with the chapter. Answers and code stay in it.
"""

import base64
import re
from collections.abc import Iterator
from typing import NamedTuple

from nbformat import NotebookNode

from bookbuild.edition import without_answers

FULL, EQUATION = 100, 15  # words on a slide, and how many an equation takes
LEFT_OUT = {"Going deeper", "References"}
BREAK = "```{revealjs-break}\n```"

HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
FENCED = re.compile(r"^([`:]{3,})(\{[\w-]+\})?([^\n]*)\n(.*?)^\1[ ]*$", re.MULTILINE | re.DOTALL)
SENTENCE = re.compile(r"(?<=[.?!])(?<!Eq\.)\**\s+(?=[A-Z*$`])")
ROLES = {
    r"\s*\{cite(:\w+)?\}`[^`]*`": "",
    r"\{[\w:]+\}`[^`]*?([\w-]+)`": r"`\1`",
    r"\[([^\]]*)\]\([^)]*\)": r"\1",
    r"^\([\w-]+\)=\n": "",
}


class Item(NamedTuple):
    """What stands on a slide: Markdown, and how many words it takes; a picture has its bytes."""

    text: str
    words: int
    picture: bytes = b""


def deck(notebook: NotebookNode, name: str, equations: dict[str, int]) -> tuple[str, dict[str, bytes]]:
    """Return the Markdown of a chapter's slides, and {file name: picture}.

    Args:
        notebook: the chapter with its outputs.
        name: begins the names of the pictures' files.
        equations: {label: number}, for references.
    """
    pictures: dict[str, bytes] = {}
    slides = []
    for title, items in sections(without_answers(notebook), equations):
        placed = []
        for item in items:
            file = f"{name}-{len(pictures)}.png"
            if item.picture:
                pictures[file] = item.picture
            placed.append(item._replace(text=item.text.replace("PICTURE", file)))
        slides.append("\n\n".join([title, *_with_breaks(placed)]))
    return "\n\n".join(slides) + "\n", pictures


def sections(notebook: NotebookNode, equations: dict[str, int]) -> Iterator[tuple[str, list[Item]]]:
    """Yield the heading and the items of each section that has any; the title has none."""
    title, items = "", []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            items += _picture(cell)
            continue
        first, *rest = HEADING.split(_plain(cell.source, equations))
        items += _items(first) if title else []
        if not title:
            yield re.search(r"^# .+$", first, re.MULTILINE).group(), []
            title = "# "
        for heading, text in zip(rest[::2], rest[1::2], strict=True):
            yield from _kept(title, items)
            title, items = f"## {heading}", _items(text)
    yield from _kept(title, items)


def _kept(title: str, items: list[Item]) -> Iterator[tuple[str, list[Item]]]:
    if items and title.startswith("## ") and title.removeprefix("## ") not in LEFT_OUT:
        yield title, items


def _items(text: str) -> list[Item]:
    """What a slide shows of a text, in its order."""
    found, place = [], 0
    for fence in FENCED.finditer(text):
        found += _of_prose(text[place : fence.start()])
        found += _poll(fence) if fence[2] == "{exercise}" else []
        place = fence.end()
    return found + _of_prose(text[place:])


def _of_prose(text: str) -> list[Item]:
    spaced = re.sub(r"(\$\$.*?\$\$)", r"\n\n\1\n\n", text, flags=re.DOTALL)
    return [
        item for block in re.split(r"\n\s*\n|\n(?=- |\d\. )", spaced) for item in _of_block(block.strip())
    ]


def _of_block(block: str) -> list[Item]:
    """What a slide shows of a paragraph, a point of a list, a quote or an equation."""
    if block.startswith("$$"):
        return [Item(block, EQUATION)]
    if re.match(r"> |- |\d\. ", block):
        return [Item(block, len(block.split()))]
    if block.startswith(("|", "![", "#")):
        return []
    bold = [sentence for sentence in SENTENCE.split(block) if sentence.count("**") >= 2]
    return [Item(sentence, len(sentence.split())) for sentence in bold]


def _poll(fence: re.Match) -> list[Item]:
    question = FENCED.sub("", re.sub(r"^:\w+:.*\n", "", fence[4], flags=re.MULTILINE)).strip()
    title = fence[3].strip()
    return [Item(f"**{title}**\n\n{question}" if title else question, FULL)]


def _picture(cell: NotebookNode) -> list[Item]:
    """The picture that a cell shows, if it says what is to be seen."""
    alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt")
    shown = [output.data["image/png"] for output in cell.outputs if "image/png" in output.get("data", {})]
    if not alt:
        return []
    return [Item(f"![{alt}](PICTURE)", FULL, base64.b64decode(image)) for image in shown[:1]]


def _plain(text: str, equations: dict[str, int]) -> str:
    """Take out what only the book resolves: citations, links, roles; an equation keeps its number."""
    for label, number in equations.items():
        text = text.replace(f"{{eq}}`{label}`", f"Eq. {number}")
    for pattern, instead in ROLES.items():
        text = re.sub(pattern, instead, text, flags=re.MULTILINE)
    return text


def _with_breaks(items: list[Item]) -> Iterator[str]:
    """Yield the items' texts, with breaks where a slide is full."""
    used = 0
    for item in items:
        if used and used + item.words > FULL:
            yield BREAK
            used = 0
        yield item.text
        used += item.words
