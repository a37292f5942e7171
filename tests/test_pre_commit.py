"""What runs before a commit is what `make lint` runs."""

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]


def test_every_check_of_make_lint_runs_before_a_commit():
    recipe = (ROOT / "Makefile").read_text().partition("\nlint: ")[2].partition("\n\n")[0]
    checks = re.findall(r"@\$\(BIN\)/([\w-]+(?: check| format)?)", recipe)
    assert {"ruff check", "mypy"} < set(checks)
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    entries = [hook["entry"].removeprefix(".venv/bin/") for hook in hooks]
    assert [check for check in checks if not any(entry.startswith(check) for entry in entries)] == []
