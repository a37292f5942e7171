"""The catalogue is well formed, its sources are pinned, and its counts are those of the files."""

import json
import re
from collections import Counter
from hashlib import sha256
from urllib.parse import urlsplit

import jsonschema
import numpy as np
import pytest

from euar.data import DataError, catalogue, load, readers
from euar.data.readers.mvsa import _lists
from euar.resources import resource

ENTRIES = catalogue.entries()
SOURCES = [(entry.name, source) for entry in ENTRIES.values() for source in entry.sources]
SMALL = [(name, source) for name, source in SOURCES if source.bytes and source.bytes < 2**30]
VARIANTS = [(name, word) for name, entry in ENTRIES.items() for word in entry.variants if entry.sources]

HASH = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
SIZE = {"type": ["integer", "null"], "minimum": 1}
TEXT = {"type": "string", "minLength": 1}
BELOW = {"type": "string", "pattern": r"^[\w-][\w.-]*(/[\w-][\w.-]*)*$"}  # a relative path without ..


def record(**fields):
    return {"type": "object", "properties": fields, "additionalProperties": False}


def whole(**fields):
    return record(**fields) | {"required": list(fields)}


COUNTS = whole(**{word: {"type": "integer", "minimum": 0} for word in ("train", "valid", "test")})
UNPACK = whole(
    folder=BELOW,
    to=BELOW,
    files={"type": "object", "additionalProperties": {"type": "integer", "minimum": 1}},
    listed_in={"type": "array", "items": BELOW},
    sha256={"type": ["string", "null"], "pattern": "^[0-9a-f]{64}$"},
)
COMMIT = {"anyOf": [{"type": "null"}, {"type": "string", "pattern": "^[0-9a-f]{40}$"}]}
FILE = {"url": {"type": "string", "pattern": "^https://"}, "to": BELOW, "bytes": SIZE, "repository": TEXT}
SOURCE = {
    "anyOf": [
        whole(**FILE, sha256=HASH, commit=COMMIT),
        whole(**FILE, sha256={"type": "null"}, commit=COMMIT, unpack=UNPACK),
    ]
}
VARIANT = whole(note=TEXT, counts=COUNTS, published={"anyOf": [COUNTS, {"type": "null"}]})
MD5 = {"type": ["string", "null"], "pattern": "^[0-9a-f]{32}$"}
PUBLISHED = whole(file=TEXT, sha256=HASH, md5=MD5, bytes=SIZE, publisher=TEXT)
ENTRY = whole(
    title=TEXT,
    task={"enum": ["regression", "classification"]},
    variants={"type": "object", "additionalProperties": VARIANT, "minProperties": 1},
    published={"type": "array", "items": PUBLISHED},
    terms=TEXT,
    citation=TEXT,
    sources={"type": "array", "items": SOURCE},
)


def flat(text: str) -> str:
    """Return text without line breaks and quotation marks of Markdown."""
    return " ".join(text.replace("\n>", "\n").split())


def test_the_file_follows_its_schema():
    content = json.loads(resource(catalogue.FILE).read_text(encoding="utf-8"))
    jsonschema.validate(content, {"type": "object", "additionalProperties": ENTRY})
    assert list(content) == ["embedded", "simulated", "mosi", "mosei", "mvsa", "nyud"]


def test_entries_hold_what_the_file_says():
    mosi = catalogue.entry("mosi")
    assert mosi == ENTRIES["mosi"]
    assert (mosi.name, mosi.task) == ("mosi", "regression")
    assert list(mosi.variants) == ["official", "unseen-video", "leaked"]
    assert mosi.variants["official"].published == {"train": 1284, "valid": 229, "test": 686}
    assert catalogue.entry("mvsa").sources[-1].unpack.listed_in == ("train.jsonl", "dev.jsonl", "test.jsonl")


def test_an_unknown_name_lists_the_known_ones():
    for ask in (catalogue.entry, catalogue.card):
        with pytest.raises(DataError, match=r"one of embedded, simulated, mosi, .*'no-such-set'"):
            ask("no-such-set")


@pytest.mark.parametrize("source", [source for _, source in SOURCES], ids=lambda source: source.to)
def test_every_source_is_pinned_or_on_the_official_host(source):
    places = {
        "raw.githubusercontent.com": f"/{source.repository}/{source.commit}/",
        "github.com": f"/{source.repository}/archive/{source.commit}.zip",
        "horatio.cs.nyu.edu": "/mit/silberman/",
    }
    address = urlsplit(source.url)
    assert address.path.startswith(places[address.hostname])
    assert (source.commit is None) == (address.hostname == "horatio.cs.nyu.edu")


def test_no_two_sources_share_a_place():
    for entry in ENTRIES.values():
        places = [source.to for source in entry.sources]
        assert len(places) == len(set(places))


@pytest.mark.parametrize(("name", "source"), SMALL, ids=lambda value: getattr(value, "to", value))
def test_hashes_and_sizes_are_those_of_the_real_files(name, source, real):
    path = real(f"{name}/{source.to}")
    assert sha256(path.read_bytes()).hexdigest() == source.sha256
    assert path.stat().st_size == source.bytes


@pytest.mark.parametrize("name", ["embedded", "simulated"])
def test_counts_of_what_ships(name):
    split = load(name).split
    (variant,) = ENTRIES[name].variants.values()
    assert {word: np.sum(split == word) for word in variant.counts} == variant.counts


@pytest.mark.parametrize(("name", "variant"), VARIANTS)
def test_counts_are_those_that_the_readers_give(name, variant, real):
    data = readers.read(real(name), variant=variant if len(ENTRIES[name].variants) > 1 else None)
    assert data.meta["source"]["counts"] == ENTRIES[name].variants[variant].counts


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=list(ENTRIES))
def test_each_card_says_where_from_on_what_terms_and_how_many(entry):
    card = catalogue.card(entry.name)
    assert card.startswith("# Data card: ")
    assert "## What to beware of" in card
    for citation in re.split(r" Features: | Split: ", entry.citation) if entry.sources else []:
        assert citation in flat(card)
    for word, variant in entry.variants.items() if entry.name != "embedded" else []:
        assert f"| {word} | " + " | ".join(f"{n:,}" for n in variant.counts.values()) + " | " in card
    command = f"euar data get {entry.name} --accept-terms"
    assert (command in card) == bool(entry.sources)


def test_terms_name_the_missing_licence():
    for entry in ENTRIES.values():
        silent = "come states a licence for the data" in entry.terms
        assert silent == ("come states a licence for the data" in flat(catalogue.card(entry.name)))
        assert silent == bool(entry.sources)


@pytest.mark.parametrize(
    ("name", "columns"), [("mvsa", ("train", "valid", "test")), ("nyud", ("train+valid", "test"))]
)
def test_class_counts_on_the_cards_are_those_of_the_files(name, columns, real):
    data, card = readers.read(real(name)), catalogue.card(name)
    for number, label in enumerate(data.meta["classes"]):
        counts = [
            np.sum(np.isin(data.split, words.split("+")) & (data.target == number)) for words in columns
        ]
        assert f"| {label} | " + " | ".join(str(count) for count in counts) + " |\n" in card


def test_the_pairs_of_labels_on_the_card_are_those_of_the_list(real):
    pairs = Counter(_lists.labels(real("mvsa")).values())
    for text in _lists.CLASSES:
        counts = (f"{pairs[text, picture]:,}" for picture in _lists.CLASSES)
        assert f"| {text} | " + " | ".join(counts) + " |\n" in catalogue.card("mvsa")


@pytest.mark.parametrize("name", ["mosi", "mosei", "mvsa", "nyud"])
def test_a_card_says_which_formats_nobody_has_seen(name):
    assert "made from the published layout" in " ".join(catalogue.card(name).split())


def test_the_page_of_formats_marks_as_many_as_there_are():
    text = resource("book/equations.yml").with_name("data_and_licences.md").read_text(encoding="utf-8")
    marked = [line for line in text.splitlines() if line.startswith("| ") and "* |" in line]
    unseen = [reader for reader in (*readers.FILES, *readers.SPARE, *readers.PICKLES) if not reader.SEEN]
    assert len(marked) == len(unseen) + 1  # and one of the two folders of MVSA
