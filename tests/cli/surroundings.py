"""Run some commands of the command line in this process, and print their exit codes: `python FILE FOLDER`."""

import json
import os
import sys
from pathlib import Path

from euar import cli


def code(*arguments):
    sys.argv = ["euar", *map(str, arguments)]
    try:
        cli.main()
    except SystemExit as stop:
        return stop.code
    return 0


def given(name):
    """A name as the command line would get it: its bytes, in whatever letters this process knows."""
    return os.fsdecode(name.encode())


def main():
    folder = Path(sys.argv[1])
    source = folder / given("[red] <b>é[/]")
    codes = {
        "list": code("data", "list"),
        "info": code("data", "info", "nyud"),
        "check": code("data", "check", source, "--json"),
        "convert": code("data", "convert", source, folder / "out.h5"),
        "again": code("data", "check", folder / "out.h5"),
        "nothing": code("data", "check", folder / given("[/] ü")),
        "train": code(
            *("train", folder / "out.h5", "--seeds", 2, "--epochs", 1, "--system", "concat"),
            *("--out", folder / given("[bold]run\u2603")),
        ),
        "damaged": code("data", "convert", folder / os.fsdecode(b"\xff.csv"), folder / "other.h5"),
        "results": code("results", "[/red]"),
        "bad option": code("train", "embedded", "--epochs", "[/red]", "--out", folder / "x"),
    }
    (folder / "codes.json").write_text(json.dumps(codes))


main()
