"""Sphinx extension: the first time that a page uses a word of the glossary, the word leads there and says it.

The gloss is the link's title: shown on hover by the browser, on focus by `book.css`, read by screen readers.
"""

import re

from docutils import nodes

GLOSSARY = "book/notation"
#: Words that pages also use in their everyday meaning; they are glossed only where `{term}` asks for it.
EVERYDAY = {
    *("available", "claim", "collapse", "group", "leak", "load", "matched", "peeking", "preference"),
    *("prior", "profile", "seed", "split", "test-only", "view"),
}
ELSEWHERE = (nodes.reference, nodes.literal, nodes.title, nodes.table, nodes.math, nodes.raw)
TEX = {r"\sigma": "σ", r"\mu": "μ", r"\epsilon": "ε"}


def setup(app):
    """Register with Sphinx (called by it)."""
    app.connect("doctree-resolved", add_glosses)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def add_glosses(app, doctree, page):
    """Gloss `{term}` and the first use of each word on a page; the glossary itself stays as it is."""
    if page == GLOSSARY or GLOSSARY not in app.env.found_docs or app.builder.format != "html":
        return
    known = glossary(app.env.get_doctree(GLOSSARY))
    address = app.builder.get_relative_uri(page, GLOSSARY)
    for link in doctree.findall(nodes.reference):
        for anchor, gloss in known.values():
            if link.get("refuri") == f"{address}#{anchor}":
                link["reftitle"] = gloss
                link["classes"].append("gloss")
    prose = [text for text in doctree.findall(nodes.Text) if _is_prose(text)]
    for word, (anchor, gloss) in known.items():
        if word not in EVERYDAY:
            _mark_first(prose, word, f"{address}#{anchor}", gloss)


def glossary(doctree) -> dict[str, tuple[str, str]]:
    """Return {word: (anchor, first sentence of its definition)}, longest words first."""
    found = {}
    for entry in doctree.findall(nodes.definition_list_item):
        term, definition = next(entry.findall(nodes.term)), next(entry.findall(nodes.definition))
        gloss = re.split(r"(?<=\.)\s", definition.astext())[0]
        for tex, letter in TEX.items():
            gloss = gloss.replace(tex, letter)
        found |= {word: (term["ids"][0], gloss) for word in term.astext().split(", ")}
    return dict(sorted(found.items(), key=lambda item: -len(item[0])))


def _mark_first(prose, word, address, gloss):
    pattern = re.compile(rf"(?<![\w-]){re.escape(word)}s?(?![\w-])", re.IGNORECASE)
    for place, text in enumerate(prose):
        if found := pattern.search(text):
            link = nodes.reference("", found[0], internal=True, refuri=address, reftitle=gloss, classes=["gloss"])
            before, after = nodes.Text(text[: found.start()]), nodes.Text(text[found.end() :])
            text.parent.replace(text, [part for part in (before, link, after) if part.astext()])
            prose[place : place + 1] = filter(None, (before, after))
            return


def _is_prose(text) -> bool:
    above, node = [], text.parent
    while node is not None:
        above.append(node)
        node = node.parent
    outputs = any("cell_output" in node.get("classes", []) for node in above)
    inside = any(isinstance(node, nodes.paragraph) for node in above)
    return inside and not outputs and not any(isinstance(node, ELSEWHERE) for node in above)
