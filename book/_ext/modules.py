"""Sphinx extension: the API page shows every public module of a package; a new one needs no line there."""

import pkgutil
from importlib import import_module

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective


def setup(app):
    """Register with Sphinx (called by it)."""
    app.add_directive("modules-of", ModulesOf)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


class ModulesOf(SphinxDirective):
    """`automodule` for each public module of the package that is named."""

    required_arguments = 1

    def run(self):
        """Return what autodoc makes of them, by name."""
        (package,) = self.arguments
        found = [module.name for module in pkgutil.iter_modules(import_module(package).__path__)]
        lines = []
        for name in found:
            if not name.startswith("_"):
                lines += [f".. automodule:: {package}.{name}", "   :members:", ""]
        parent = nodes.Element()
        parent.document = self.state.document
        self.state.nested_parse(StringList(lines, self.get_source_info()[0]), self.content_offset, parent)
        return parent.children
