"""How much a notebook asks of its reader: words, code cells, pictures, exercises, minutes."""

import re
from typing import NamedTuple

from nbformat import NotebookNode

PACE = 200  # words a minute, of a text with formulas; a code cell and a picture take a minute each
UNREAD = {"setup", "parameters", "remove-input"}  # code that is the same everywhere, or not on the page
TIME = re.compile(r"\*\*Time:\*\*[^\"\\\n]*")  # in a text, and in a notebook's file

MARKUP = {
    TIME.pattern: "",
    r"^```\w+\n.*?^```": "",  # code
    r"^([`:]{3,})\{[^\n]*\n:class:[^\n]*dropdown.*?^\1": "",  # what is folded: hints
    r"^[ ]*[`:]{3,}(\{[\w-]+\})?": "",  # a directive's name and its end; its title stays
    r"^[ ]*:[\w-]+:[^\n]*": "",  # its options
    r"^\([\w-]+\)=": "",  # a label
    r"\$\$.*?\$\$|\$[^$]*\$": "x",  # a formula
}
EXERCISE = re.compile(r"^[`:]{3,}\{exercise\}", re.MULTILINE)
PICTURE = re.compile(r"^panel\(|!\[.*\]\(|^[`:]{3,}\{(figure|image)\}", re.MULTILINE)


class Reading(NamedTuple):
    """What a page shows; answers, code that it leaves out and the cells that all begin with do not count.

    Attributes:
        words: of the text; a formula is one word, a citation or a link's text what it shows.
        code: code cells.
        pictures: cells that show pictures, or a panel of them.
        exercises: to be solved.
    """

    words: int
    code: int
    pictures: int
    exercises: int

    @property
    def minutes(self) -> int:
        """How long reading takes."""
        return round(self.words / PACE + self.code + self.pictures)

    @property
    def sentence(self) -> str:
        """What a chapter says about its length."""
        count = {0: "", 1: ", and one exercise"}.get(self.exercises, f", and {self.exercises} exercises")
        return f"**Time:** {self.minutes} minutes to read{count}."


def reading(notebook: NotebookNode) -> Reading:
    """Count what a notebook asks of its reader."""
    shown = [cell for cell in notebook.cells if not is_solution(cell)]
    texts = [cell.source for cell in shown if cell.cell_type == "markdown"]
    code = [cell for cell in shown if cell.cell_type == "code" and not UNREAD & set(_tags(cell))]
    return Reading(
        words=sum(len(prose(text).split()) for text in texts),
        code=len(code),
        pictures=sum(_has_picture(cell) for cell in shown),
        exercises=sum(len(EXERCISE.findall(text)) for text in texts),
    )


def is_solution(cell: NotebookNode) -> bool:
    """Whether a cell answers an exercise: the text of a solution, or code that pages hide."""
    text = cell.source.lstrip("`:").startswith("{solution}")
    return text or "hide-cell" in _tags(cell)


def prose(text: str) -> str:
    """Return the words that a text cell shows unfolded, without code; a formula is one letter."""
    for pattern, instead in MARKUP.items():
        text = re.sub(pattern, instead, text, flags=re.MULTILINE | re.DOTALL)
    return " ".join(word for word in text.split() if re.search(r"\w", word))


def _has_picture(cell: NotebookNode) -> bool:
    return bool(cell.metadata.get("mystnb", {}).get("image") or PICTURE.search(cell.source))


def _tags(cell: NotebookNode) -> list[str]:
    return cell.metadata.get("tags", [])
