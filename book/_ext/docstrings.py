"""Sphinx extension: what autodoc leaves out of the API page."""

from collections import namedtuple

TUPLE_FIELD = type(namedtuple("Example", "field").field)


def setup(app):
    """Register with Sphinx (called by it)."""
    app.connect("autodoc-process-docstring", keep_first_paragraph)
    app.connect("autodoc-skip-member", skip_tuple_fields)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def keep_first_paragraph(app, what, name, obj, options, lines):  # noqa: ARG001  Sphinx decides
    """Keep the first paragraph of a module's docstring; the rest is for who reads the source."""
    if what == "module" and "" in lines:
        del lines[lines.index("") + 1 :]


def skip_tuple_fields(app, what, name, obj, skip, options):  # noqa: ARG001  Sphinx decides
    """Leave out a NamedTuple's field descriptors; its class docstring describes the fields."""
    return True if isinstance(obj, TUPLE_FIELD) else None
