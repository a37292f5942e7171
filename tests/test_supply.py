"""What is fetched is pinned: steps of the workflow by commit, packages by version, data by hash."""

import re
from pathlib import Path

import yaml

from euar.data import catalogue

ROOT = Path(__file__).parents[1]


def test_actions_are_pinned_by_commit_and_may_only_read():
    for file in (ROOT / ".github" / "workflows").glob("*.yml"):
        text = file.read_text(encoding="utf-8")
        used = re.findall(r"uses: *(\S+)(.*)", text)
        assert used
        for action, comment in used:
            assert re.fullmatch(r"[\w-]+/[\w/-]+@[0-9a-f]{40}", action), action
            assert re.fullmatch(r" +# v\d+\.\d+\.\d+", comment), action
        assert yaml.safe_load(text)["permissions"] == {"contents": "read"}


def test_packages_are_pinned_by_version_each_once():
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in lines)
    names = [re.sub(r"[-_.]+", "-", line.partition("==")[0]).lower() for line in lines]
    assert len(set(names)) == len(names)


def test_downloads_have_a_hash_or_must_hold_what_was_published():
    for entry in catalogue.entries().values():
        for source in entry.sources:
            assert source.url.startswith("https://"), source.url
            by_content = source.unpack is not None and source.unpack.listed_in
            assert by_content or re.fullmatch("[0-9a-f]{64}", source.sha256 or ""), source.url
            if source.commit:
                assert source.commit in source.url
