"""Options made from the fields of a configuration, and a configuration read from a file."""

import dataclasses
import inspect
import json
import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from functools import wraps
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import typer

from euar.files import read_bytes, reading

_NUMBERS = (int, float)
_MAX_BYTES = 2**20


def with_fields(
    config: type, part: type, besides: Collection[str]
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command an option for each field of a configuration, in place of its parameter `changes`.

    Args:
        config: a dataclass; its docstring says of each field what it is.
        part: whose docstring says more of the fields that it has, too.
        besides: fields that get no option.
    """
    hints, lines = get_type_hints(config), _described(config) | _described(part)
    names = [field.name for field in dataclasses.fields(config) if field.name not in besides]

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def with_changes(**given: Any) -> None:
            texts = {name: given.pop(name) for name in names}
            command(**given, changes={n: text for n, text in texts.items() if text is not None})

        options = [_option(name, hints[name], lines.get(name, "")) for name in names]
        own = [p for p in inspect.signature(command).parameters.values() if p.name != "changes"]
        every = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in (*own, *options)]
        with_changes.__signature__ = inspect.Signature(every)  # type: ignore[attr-defined]
        with_changes.__annotations__ = {p.name: p.annotation for p in every}
        return with_changes

    return decorate


def parsed(config: type, texts: Mapping[str, Any]) -> dict[str, Any]:
    """Return values of a configuration's fields: `none`, numbers with a comma between, or what was given.

    Args:
        config: the dataclass.
        texts: {field: its option's value}.
    """
    hints = get_type_hints(config)
    return {name: _value(text, hints[name]) for name, text in texts.items()}


def read_fields(path: Path) -> dict[str, Any]:
    """Return the fields that a JSON or TOML file gives, see `Config.to_dict`.

    Raises:
        DamagedFileError: the file is neither.
    """
    remedy = 'write fields of the configuration, such as {"k": 2} in JSON or k = 2 in TOML'
    with reading(path, "the fields of a configuration", remedy):
        text = read_bytes(path, remedy, _MAX_BYTES).decode("utf-8")
        fields = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
        if not isinstance(fields, dict):
            raise TypeError(f"a {type(fields).__name__} at the top")
    return {n: tuple(v) if isinstance(v, list) else v for n, v in fields.items() if n != "type"}


def _option(name: str, hint: Any, line: str) -> inspect.Parameter:
    kind, metavar = (hint, None) if hint in _NUMBERS else (str, "|".join(_words(hint)))
    flag = f"--{name.replace('_', '-')}"
    panel = "Model: by default as the system has it"
    option = typer.Option(flag, help=line, metavar=metavar, rich_help_panel=panel)
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kind | None, option]
    )


def _value(text: Any, hint: Any) -> Any:
    """A text as a field of this type holds it; what does not fit stays, and the configuration refuses it."""
    if text == "none" and NoneType in _kinds(hint):
        return None
    if not (isinstance(text, str) and "," in text):
        return text
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        return text


def _words(hint: Any) -> list[str]:
    """What an option takes: the words of a `Literal`, none, and numbers with a comma between."""
    names = {NoneType: "none", tuple: "NUMBER,NUMBER"}
    return [kind if isinstance(kind, str) else names[kind] for kind in _kinds(hint)]


def _kinds(hint: Any) -> list[Any]:
    """The parts of a type: words, `tuple`, `NoneType`."""
    if get_origin(hint) is tuple or not get_args(hint):
        return [get_origin(hint) or (NoneType if hint is None else hint)]
    return [kind for part in get_args(hint) for kind in _kinds(part)]


def _described(kind: type) -> dict[str, str]:
    """What a docstring says of attributes and arguments: {name: one line without marks}."""
    found = re.findall(r"^ {4}(\w+): (.*(?:\n {8}.*)*)", inspect.getdoc(kind) or "", re.MULTILINE)
    return {name: re.sub(r"\s+", " ", re.sub(r'[`"]', "", line)) for name, line in found}
