"""`euar figures`: the pictures of the book as files."""

from pathlib import Path
from typing import Annotated

import typer

from euar.chapters.figures import EXECUTED, figures_of
from euar.cli import SETTINGS
from euar.cli._console import explained, say
from euar.files import read_json, write_bytes
from euar.resources import checkout

app = typer.Typer(**SETTINGS)


@app.command()
def figures(
    folder: Annotated[Path, typer.Argument(help="Where the files go; made when absent.")],
    only: Annotated[str | None, typer.Option(help="A chapter, such as quick_start.")] = None,
    profile: Annotated[str, typer.Option(help="The book built in smoke, cpu or gpu.")] = "smoke",
) -> None:
    """Write the figures of the built book to FOLDER as CHAPTER-CELL.png, exactly as its pages show them.

    Each chapter's line says when it was executed.
    """
    with explained():
        executed = checkout() / EXECUTED / profile
        chapters = [path for path in sorted(executed.glob("*.ipynb")) if only in (None, path.stem)]
        if not chapters:
            missing = (
                f"the book was not built in profile {profile}" if only is None else f"{only} was not executed"
            )
            remedy = f"run `make book PROFILE={profile}` in a checkout, and this command with its .venv"
            raise ValueError(f"{executed}: {missing}; {remedy}")
        for chapter in chapters:
            found = figures_of(chapter)
            for name, content in found.items():
                write_bytes(folder / name, content)
            date = read_json(chapter.with_suffix(".json"))["date"]
            say(f"{chapter.stem}: {len(found)} figures, executed {date}")
        say(str(folder))
