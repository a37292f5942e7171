"""What data sets there are, as data: variants and counts, terms, citations, and where the files come from.

The facts stand in `data/catalogue.json`, the cards in `data/cards`.
"""

from dataclasses import dataclass
from functools import cache

from euar.data.errors import DataError
from euar.files import read_json, reading
from euar.resources import resource

FILE = "data/catalogue.json"
_REMEDY = "put back a whole copy of it, or reinstall euar"


@dataclass(frozen=True)
class Variant:
    """One version of a set.

    Attributes:
        note: what sets it apart.
        counts: rows per split that the readers give.
        published: rows per split that its authors or users report; None where nobody does.
    """

    note: str
    counts: dict[str, int]
    published: dict[str, int] | None


@dataclass(frozen=True)
class Published:
    """A file that circulates elsewhere and whose hash is public; `file` is its publisher's name for it."""

    file: str
    sha256: str
    md5: str | None
    bytes: int | None
    publisher: str


@dataclass(frozen=True)
class Unpack:
    """What an archive must hold, where its hash is not known.

    Attributes:
        folder: the folder inside the archive whose files are kept.
        to: where they go, below the set's folder.
        files: {suffix: least number of files}.
        listed_in: JSON-lines files of the set; each picture that `img` names must be there, with a text.
        sha256: of the list of all files and their hashes, see `_unpacking`; None where nobody has told it.
    """

    folder: str
    to: str
    files: dict[str, int]
    listed_in: tuple[str, ...]
    sha256: str | None


@dataclass(frozen=True)
class Download:
    """One file to download.

    Attributes:
        url: where it is, pinned to a commit or on the official host.
        to: where it goes, below the set's folder.
        sha256: of its bytes; None for an archive that its host builds on request, which `unpack` checks.
        bytes: its size; None where it is not known.
        repository: who offers it.
        commit: the 40-digit commit; None for a host without commits.
        unpack: for an archive, what to keep of it.
    """

    url: str
    to: str
    sha256: str | None
    bytes: int | None
    repository: str
    commit: str | None
    unpack: Unpack | None = None


@dataclass(frozen=True)
class Entry:
    """One data set; without sources it ships with the package.

    Attributes:
        name: what `euar.data.load` takes.
        title: what it is, in a few words.
        task: "regression" or "classification".
        variants: by name; the first is the default.
        published: files in other formats whose hashes are public.
        terms: who owns it and what use is allowed.
        citation: what to cite.
        sources: the files of `euar data get`.
    """

    name: str
    title: str
    task: str
    variants: dict[str, Variant]
    published: tuple[Published, ...]
    terms: str
    citation: str
    sources: tuple[Download, ...]


def entries() -> dict[str, Entry]:
    """Return the known sets by name, those that ship first."""
    return dict(_read())


def entry(name: str) -> Entry:
    """Return one set.

    Raises:
        DataError: there is none of this name.
    """
    known = _read()
    if name not in known:
        raise DataError(name, "name", f"one of {', '.join(known)}", repr(name), "see `euar data list`")
    return known[name]


def card(name: str) -> str:
    """Return the card of a set, Markdown: source, terms, splits, variants, and what to beware of.

    Raises:
        DataError: there is none of this name.
    """
    file = "data/README.md" if entry(name).name == "embedded" else f"data/cards/{name}.md"
    return resource(file).read_text(encoding="utf-8")


@cache
def _read() -> dict[str, Entry]:
    path = resource(FILE)
    with reading(path, "entries of data sets", _REMEDY):
        return {name: _entry(name, fields) for name, fields in read_json(path, _REMEDY).items()}


def _entry(name: str, fields: dict) -> Entry:
    parts = {
        "variants": {word: Variant(**variant) for word, variant in fields["variants"].items()},
        "published": tuple(Published(**file) for file in fields["published"]),
        "sources": tuple(_download(source) for source in fields["sources"]),
    }
    return Entry(name=name, **fields | parts)


def _download(fields: dict) -> Download:
    unpack = fields.get("unpack")
    unpack = Unpack(**unpack | {"listed_in": tuple(unpack["listed_in"])}) if unpack else None
    return Download(**fields | {"unpack": unpack})
