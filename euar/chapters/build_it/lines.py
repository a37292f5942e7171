"""How many lines of code a program has: blank lines, comments, docstrings and imports are none."""

import ast
import inspect
import io
import linecache
import tokenize
from collections.abc import Callable, Iterator
from typing import Any

_LAYOUT = frozenset(
    {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
)


def code_lines(source: str) -> int:
    """Return the number of lines of code in a source.

    Raises:
        SyntaxError: it is not Python.
    """
    written = {
        line
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type not in _LAYOUT
        for line in range(token.start[0], token.end[0] + 1)
    }
    return len(written - set(_uncounted(ast.parse(source))))


def lines_of(*parts: Callable[..., Any]) -> dict[str, int]:
    """Return {name: lines of code} of functions and classes, also of those that a notebook's cell defines.

    Decorators do not count: they are not the part's own.

    Args:
        *parts: a class needs a method of its own.
    """
    return {part.__name__: code_lines(source_of(part)) for part in parts}


def source_of(part: Callable[..., Any]) -> str:
    """Return the text of a definition, without its decorators, also where a notebook's cell defines it.

    Args:
        part: a function, or a class with a method of its own.
    """
    function = part if inspect.isfunction(part) else next(filter(inspect.isfunction, vars(part).values()))
    whole = "".join(linecache.getlines(function.__code__.co_filename))
    named = [node for node in ast.walk(ast.parse(whole)) if getattr(node, "name", "") == part.__name__]
    return ast.get_source_segment(whole, named[-1]) or ""


def _uncounted(tree: ast.AST) -> Iterator[int]:
    """The lines of imports and docstrings."""
    for node in ast.walk(tree):
        docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        text = docstring and isinstance(node.value.value, str)  # type: ignore[attr-defined]
        if text or isinstance(node, ast.Import | ast.ImportFrom):
            yield from range(node.lineno, (node.end_lineno or node.lineno) + 1)  # type: ignore[attr-defined]
