"""What is fetched is pinned: steps of the workflow by commit, packages by version, data by hash."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from euar.data import catalogue
from tools import bootstrap

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
#: Ends of the names of what fetches from the hub.
FETCHING = (".from_pretrained", "hf_hub_download", "snapshot_download", ".pipeline", "torch.hub.load")
#: Parts of the package that need an extra of their own.
OPTIONAL = ("data/features/", "experiments/scheduler.py", "training/fabric.py", "widgets.py")


def test_actions_are_pinned_by_commit_and_may_only_read():
    for file in (ROOT / ".github" / "workflows").glob("*.yml"):
        text = file.read_text(encoding="utf-8")
        used = re.findall(r"uses: *(\S+)(.*)", text)
        assert used
        for action, comment in used:
            assert re.fullmatch(r"[\w-]+/[\w/-]+@[0-9a-f]{40}", action), action
            assert re.fullmatch(r" +# v\d+\.\d+\.\d+", comment), action
        assert yaml.safe_load(text)["permissions"] == {"contents": "read"}


def test_only_a_tag_that_passed_is_published_and_only_its_job_may_write():
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())
    jobs = workflow["jobs"]
    may_write = {name for name, job in jobs.items() if "permissions" in job}
    assert may_write == {"publish"}
    publish, of_tags = jobs["publish"], "startsWith(github.ref, 'refs/tags/')"
    assert publish["permissions"] == {"pages": "write", "id-token": "write"}
    assert (publish["needs"], publish["if"]) == ("book", of_tags)
    (deploy,) = publish["steps"]  # nothing else runs with these rights
    assert deploy["uses"].startswith("actions/deploy-pages@")
    packed = jobs["book"]["steps"][-1]
    assert packed["uses"].startswith("actions/upload-pages-artifact@")
    assert (packed["if"], packed["with"]) == (of_tags, {"path": "_build/html"})
    assert workflow[True]["push"]["tags"] == ["v*"]  # YAML reads `on` as true


def pins(name):
    """{package: version} of a file of requirements, each once."""
    lines = re.findall(r"^([\w.-]+)==([\w.]+)", (ROOT / name).read_text(), re.MULTILINE)
    found = {canonicalize_name(package): version for package, version in lines}
    assert len(found) == len(lines)
    return found


def test_packages_are_pinned_by_version_each_once():
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in lines)
    assert len(pins("constraints.txt")) == len(lines)


def test_all_that_make_installs_but_torch_is_pinned_by_hash():
    parts = re.split(r"\n(?=\S)", (ROOT / "hashes.txt").read_text())
    packages = [part for part in parts if not part.startswith("#")]
    assert len(packages) == len(pins("hashes.txt"))
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}\b", package) for package in packages)
    hashed, versions = pins("hashes.txt"), pins("constraints.txt")
    assert {name: versions[name] for name in hashed.keys() & versions.keys()} == {
        name: version for name, version in hashed.items() if name in versions
    }
    assert wanted() - hashed.keys() == {"torch"}


def named(lines):
    """The packages that requirements name."""
    return {canonicalize_name(Requirement(line).name) for line in lines} - {"euar"}


def wanted():
    """The packages that are asked for by name."""
    lines = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if line[:1] != "#"]
    for extra in ("cli", "book", "distributed", "dev"):
        lines += PROJECT["optional-dependencies"][extra]
    return named(lines)


def imported():
    """The modules from elsewhere that the package imports, but for its optional parts."""
    for file in (ROOT / "euar").rglob("*.py"):
        if not file.relative_to(ROOT / "euar").as_posix().startswith(OPTIONAL):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    yield from (alias.name.partition(".")[0] for alias in node.names)
                elif isinstance(node, ast.ImportFrom) and node.module:
                    yield node.module.partition(".")[0]


def test_the_command_line_declares_all_that_it_imports():
    homes = packages_distributions()
    modules = set(imported()) - sys.stdlib_module_names - {"euar"}
    used = {canonicalize_name(homes[module][0]) for module in modules}
    declared = named([*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["cli"]])
    assert {"numpy", "typer", "scikit-learn"} <= used
    assert used - declared == set()


def commands(monkeypatch, tmp_path, **answers):
    """What `make venv` runs, where a command that holds a word of `answers` ends so."""
    seen = []

    def ran(command, **_options):
        words = " ".join(map(str, command))
        seen.append(words)
        return SimpleNamespace(returncode=next((code for word, code in answers.items() if word in words), 0))

    monkeypatch.setattr(subprocess, "run", ran)
    monkeypatch.setattr(bootstrap, "STAMP", tmp_path / "stamp")
    bootstrap.main()
    return [words.partition(" install ")[2] for words in seen if " install " in words]


def test_make_installs_by_hash_first_and_fetches_no_builder(monkeypatch, tmp_path):
    hashed, torch, rest = commands(monkeypatch, tmp_path)
    assert "--require-hashes --no-deps -r hashes.txt" in hashed
    assert torch.split()[-1] == f"torch=={pins('constraints.txt')['torch']}"
    assert "--no-build-isolation" in rest
    assert (tmp_path / "stamp").read_text() == bootstrap.wanted_stamp()


def test_a_package_with_another_hash_stops_make(monkeypatch, tmp_path):
    with pytest.raises(SystemExit, match="pip failed"):
        commands(monkeypatch, tmp_path, hashes=1)
    assert not (tmp_path / "stamp").exists()


def asks_for_models():
    """What the package calls by a name that may fetch a model of the hub: its file and arguments."""
    for file in sorted((ROOT / "euar").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(FETCHING):
                yield file.relative_to(ROOT).as_posix(), {word.arg for word in node.keywords}


def test_models_of_the_hub_are_asked_for_by_their_commit():
    asked = list(asks_for_models())
    assert ("euar/pretrained.py", {"revision"}) in asked
    for file, arguments in asked:
        assert arguments & {"revision", "weights_path"}, file  # the path of a file that a package carries


def test_downloads_have_a_hash_or_must_hold_what_was_published():
    for entry in catalogue.entries().values():
        for source in entry.sources:
            assert source.url.startswith("https://"), source.url
            by_content = source.unpack is not None and source.unpack.listed_in
            assert by_content or re.fullmatch("[0-9a-f]{64}", source.sha256 or ""), source.url
            if source.commit:
                assert source.commit in source.url
