"""What `euar data check --json` says of the real files, compared with `tests/expected`.

To renew a report, look at the difference, then write it with
`euar data check $EUAR_DATA/mosi --variant official --json > tests/expected/mosi-official.json` and so on.
"""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from euar import cli

FOLDER = Path(__file__).parents[2] / "expected"
SOURCES = {
    "mosi-official": ("mosi", "official"),
    "mosi-unseen-video": ("mosi", "unseen-video"),
    "mosi-leaked": ("mosi", "leaked"),
    "mosi-label-csv": ("mosi/label.csv", None),
    "mosi-bc-lstm": ("mosi/bc_lstm", None),
    "mosi-cross-modal-bert": ("mosi/cross_modal_bert", None),
    "mosei": ("mosei", None),
    "mosei-s3prl": ("mosei/CMU_MOSEI_Labels_s3prl.csv", None),
    "mvsa": ("mvsa", None),
    "nyud": ("nyud", None),
}


def test_there_is_a_report_for_each_source_and_no_other():
    assert {path.stem for path in FOLDER.glob("*.json")} == set(SOURCES)


@pytest.mark.parametrize("name", SOURCES)
def test_the_report_is_as_expected(name, real):
    source, variant = SOURCES[name]
    options = ["--json", *(["--variant", variant] if variant else [])]
    done = CliRunner().invoke(cli.app, ["data", "check", str(real(source)), *options])
    report = json.loads(done.stdout)
    assert report == json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    assert done.exit_code == (2 if report["status"] == "fail" else 0)


def test_the_leak_test_flags_the_releases_text_and_video_and_nothing_else():
    reports = {path.stem: json.loads(path.read_text()) for path in FOLDER.glob("mosi-*.json")}
    flagged = {
        (name, item["check"])
        for name, report in reports.items()
        for item in report["items"]
        if item["check"].startswith("leak test") and item["status"] == "fail"
    }
    assert flagged == {("mosi-leaked", "leak test/text"), ("mosi-leaked", "leak test/video")}
