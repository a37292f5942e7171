"""Words of users' own tables that look the same are one word, and those almost alike are told."""

import unicodedata
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from euar.data.readers import tables

_MOST = 20  # groups of words that a record lists
#: Cyrillic and Greek letters that look like Latin ones, and these.
_LOOKALIKES = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u0410\u0412\u0415\u041a\u041c\u041d\u041e"
    "\u0420\u0421\u0422\u0423\u0425\u0406\u0408\u0405\u03bf\u03b1\u03bd\u0391\u0392\u0395\u0396\u0397\u0399"
    "\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7",
    "aeopcyxijsABEKMHOPCTYXIJSoavABEZHIKMNOPTYX",
)


class Words(NamedTuple):
    """A column of words.

    Attributes:
        cells: (n,) each the commonest of the spellings that look the same.
        notes: which spellings were merged, and which words are almost alike.
    """

    cells: list[str]
    notes: dict[str, Any]


def merged(labels: Path, column: str, cells: Sequence[str], what: str) -> Words:
    """Return words without what nobody sees; a UserWarning names those that were merged or are almost alike.

    Words that differ in spaces, in letters that nobody sees or in their Unicode normal form are one. Those
    that differ in case, in width, or in letters of other scripts that look the same are two.

    Args:
        labels: the file, for warnings.
        column: its column.
        cells: of it.
        what: a word stands for, such as "class"; its plural is "classes".
    """
    names = _names(cells)
    one = [sorted(words) for words in _alike(names, names.__getitem__).values() if len(words) > 1]
    two = [sorted(words) for words in _alike(set(names.values()), _folded).values() if len(words) > 1]
    plural = what + ("es" if what.endswith("s") else "s")
    for groups, said in ((one, f"taken for one {what}"), (two, f"are {plural} of their own")):
        if groups:
            words = " and ".join(f"{word[:80]!r}" for word in groups[0][:4])
            more = f" ({len(groups)} such groups)" if len(groups) > 1 else ""
            warnings.warn(f"{labels}: {column}: {words} {said}{more}", stacklevel=2)
    found = {f"merged_{column}s": one, f"similar_{column}s": two}
    notes = {name: groups[:_MOST] for name, groups in found.items() if groups}
    return Words([names[cell] for cell in cells], notes)


def _names(cells: Sequence[str]) -> dict[str, str]:
    """Return {word: the commonest of the spellings that look the same}."""
    counts = Counter(cells)
    name = {
        plain: min(words, key=lambda word: (-counts[word], word != plain, word)).strip()
        for plain, words in _alike(counts, tables.plain).items()
    }
    return {word: name[tables.plain(word)] for word in counts}


def _alike(words: Iterable[str], key: Callable[[str], str]) -> dict[str, list[str]]:
    found = defaultdict(list)
    for word in words:
        found[key(word)].append(word)
    return found


def _folded(word: str) -> str:
    return unicodedata.normalize("NFKC", tables.plain(word)).translate(_LOOKALIKES).casefold()
