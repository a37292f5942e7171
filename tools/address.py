"""Write the repository's address where readers need it: `python tools/address.py https://github.com/owner/name`.

It goes into the setup cell of every chapter, `_config.yml` (repository and Colab buttons) and `CITATION.cff`.
Until then there are no such buttons, and a setup cell says how to install. GitHub publishes the pages of its
repositories at `https://owner.github.io/name/`; social cards and sitemap begin their addresses with it.
"""

import re
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[1]
ADDRESS = re.compile(r"https://[\w.-]+(/[\w.-]+){2,}")
GITHUB = re.compile(r"https://github\.com/([\w.-]+)/([\w.-]+)")
COLAB = "https://colab.research.google.com"
SETUP = """\
from importlib.util import find_spec

if find_spec("euar") is None:
    {remedy}"""
INSTALL = '%pip install -q --no-deps "euar @ git+{url}"'
EXPLAIN = """\
raise SystemExit(
        "euar is missing: run `make venv` in its repository, choose .venv as the kernel"
    )"""


def setup_source(url: str) -> str:
    """Return the setup cell for an address; the empty string means that it is unknown.

    Only the package is installed: Colab has what it depends on, and must keep its own versions.
    """
    return SETUP.format(remedy=INSTALL.format(url=url) if url else EXPLAIN)


def read_address(root: Path) -> str:
    """Return the address that `_config.yml` holds, or the empty string."""
    return re.search(r'^  url: "(.*)"$', (root / "_config.yml").read_text(), re.MULTILINE).group(1)


def pages_address(url: str) -> str:
    """Return where GitHub publishes the pages of a repository; the empty string for other hosts."""
    found = GITHUB.fullmatch(url)
    return f"https://{found[1].lower()}.github.io/{found[2]}/" if found else ""


def write_address(root: Path, url: str) -> None:
    """Write the address into the book's configuration, the citation file and every setup cell."""
    config = {"url": f'"{url}"', "colab_url": f'"{COLAB}"', "use_repository_button": "true"}
    config["baseurl"] = f'"{pages_address(url)}"'
    for name, value in config.items():
        _substitute(root / "_config.yml", rf"^  {name}: .*$", f"  {name}: {value}")
    _substitute(
        root / "CITATION.cff", r"^(repository-code: .*\n)?license:", f'repository-code: "{url}"\nlicense:'
    )
    for path in sorted((root / "book").glob("*.ipynb")):
        _write_setup(path, setup_source(url))


def _substitute(path: Path, pattern: str, new: str) -> None:
    text, count = re.subn(pattern, new, path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    if count != 1:
        raise SystemExit(f"{path.name}: expected one line like {pattern}, found {count}; restore it from git")
    path.write_text(text, encoding="utf-8")


def _write_setup(path: Path, source: str) -> None:
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if "setup" in cell.metadata.get("tags", []):
            cell.source = source
    nbformat.write(notebook, path)


def main() -> None:
    """Run the command line."""
    url = sys.argv[1] if len(sys.argv) == 2 else ""
    if not ADDRESS.fullmatch(url):
        raise SystemExit(f"expected URL=https://host/owner/name, found {url!r}")
    write_address(ROOT, url.removesuffix(".git"))
    print(f"address: {url} written; chapters will be executed again")


if __name__ == "__main__":
    main()
