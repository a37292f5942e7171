"""The notebooks as committed: clean, alike in their first cells, in short cells, and with one address."""

import re
import shutil
import statistics
from pathlib import Path

import address
import nbformat
import pytest
import yaml
from bookbuild.layout import chapters
from bookbuild.reading import is_solution

ROOT = Path(__file__).parents[2]
SOURCES = [chapter.source for chapter in chapters(ROOT, "smoke")]
URL = "https://github.com/someone/euar"


def read(path):
    return nbformat.read(path, as_version=4)


def tagged(notebook, tag):
    return [cell for cell in notebook.cells if tag in cell.metadata.get("tags", [])]


def setup_cells(root):
    return {cell.source for path in root.glob("book/*.ipynb") for cell in tagged(read(path), "setup")}


@pytest.fixture(params=SOURCES, ids=lambda path: path.stem)
def notebook(request):
    return read(request.param)


def test_every_notebook_is_in_the_contents():
    assert {path.name for path in ROOT.glob("book/*.ipynb")} == {path.name for path in SOURCES}


def test_a_notebook_is_valid_and_without_outputs(notebook):
    nbformat.validate(notebook)
    assert notebook.nbformat_minor >= 5
    assert notebook.metadata.kernelspec.name == "python3"
    for cell in notebook.cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


def test_it_begins_with_title_setup_and_parameters(notebook):
    title, setup, parameters = notebook.cells[:3]
    assert title.source.startswith(("# ", "("))
    assert tagged(notebook, "setup") == [setup]
    assert tagged(notebook, "parameters") == [parameters]
    assert parameters.source.startswith("profile = None")


def test_its_cells_are_short(notebook):
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    lengths = [len(source.removeprefix("# Solution\n").splitlines()) for source in code]
    assert statistics.median(lengths) <= 8
    assert max(lengths) <= 25


def test_solutions_are_folded_where_nobody_reads_myst(notebook):
    """JupyterLab shows such a cell as a bar to click on, and its first line there."""
    solutions = [cell for cell in notebook.cells if is_solution(cell)]
    assert bool(solutions) == any("{exercise}" in cell.source for cell in notebook.cells)
    for cell in solutions:
        assert cell.metadata.get("jupyter", {}).get("source_hidden") is True, cell.id
        assert cell.cell_type == "markdown" or cell.source.startswith("# Solution\n"), cell.id


def test_every_setup_cell_and_file_has_the_same_address():
    url = address.read_address(ROOT)
    assert setup_cells(ROOT) == {address.setup_source(url)}
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation.get("repository-code", "") == url
    config = yaml.safe_load((ROOT / "_config.yml").read_text())
    assert config["html"]["use_repository_button"] == bool(url)
    assert config["launch_buttons"]["colab_url"] == (address.COLAB if url else "")
    assert config["html"]["baseurl"] == address.pages_address(url)


def test_an_address_is_written_everywhere_once(tmp_path):
    shutil.copytree(ROOT / "book", tmp_path / "book")
    for name in ("_config.yml", "CITATION.cff"):
        shutil.copy(ROOT / name, tmp_path)
    for url in ("https://example.org/a/b", URL):
        address.write_address(tmp_path, url)
    assert address.read_address(tmp_path) == URL
    assert setup_cells(tmp_path) == {address.setup_source(URL)}
    assert (tmp_path / "CITATION.cff").read_text().count("repository-code") == 1
    config = yaml.safe_load((tmp_path / "_config.yml").read_text())
    assert config["launch_buttons"]["colab_url"] == address.COLAB
    assert config["html"]["baseurl"] == "https://someone.github.io/euar/"


def test_only_a_repository_on_github_has_pages_whose_address_is_known():
    assert (
        address.pages_address("https://github.com/Some-One/euar.book")
        == "https://some-one.github.io/euar.book/"
    )
    assert address.pages_address("https://example.org/a/b") == address.pages_address("") == ""


@pytest.mark.parametrize("wrong", ["", "github.com/a/b", "https://github.com/a", 'https://x.org/a/b"'])
def test_a_wrong_address_is_refused(monkeypatch, wrong):
    monkeypatch.setattr("sys.argv", ["address.py", wrong])
    with pytest.raises(SystemExit, match="expected URL=https://host/owner/name"):
        address.main()


CODE = re.compile(r"```\w*\n.*?```", re.DOTALL)
FENCE = re.compile(r"^\s*(`{3,}|:{3,}).*$", re.MULTILINE)  # of a directive, whose text is prose
NOT_PROSE = re.compile(r"\$\$.*?\$\$|\$[^$]*\$|`[^`]*`", re.DOTALL)
METRIC = re.compile(r"(?<![\w.])(?!95 ?%)(\d*\.\d+|\d+ ?%)")


def typed_metrics(text):
    return [found.group(1) for found in METRIC.finditer(NOT_PROSE.sub("", FENCE.sub("", CODE.sub("", text))))]


def test_no_result_is_typed_into_prose(notebook):
    prose = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    assert [metric for text in prose for metric in typed_metrics(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "The MAE is 0.374.",
        "about 30 % of rows",
        "r = .91",
        "77.7% right",
        "```{note}\nThe MAE is 0.374.\n```",
    ],
)
def test_a_typed_result_is_noticed(text):
    assert typed_metrics(text)


@pytest.mark.parametrize(
    "text", ["a 95 % interval", "$\\alpha = 0.001$", "`lr=0.003`", "Python 3", "Eq. 5-6", "20 raters", "v1.x"]
)
def test_settings_intervals_and_counts_are_not_results(text):
    assert typed_metrics(text) == []
