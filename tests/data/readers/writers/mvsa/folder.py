"""Tiny folders in the two layouts of MVSA-Single, with made-up tweets."""

import csv
import json
from pathlib import Path

from tests.data.readers.writers._pictures import pixels, save

LABELS = {
    "12": ("positive", "positive"),
    "3": ("negative", "negative"),
    "104": ("neutral", "neutral"),
    "55": ("positive", "positive"),
    "6": ("negative", "negative"),
    "71": ("neutral", "neutral"),
    "8": ("positive", "positive"),
    "90": ("negative", "negative"),
    "21": ("neutral", "positive"),  # merged: positive
    "22": ("negative", "neutral"),  # merged: negative
    "23": ("positive", "negative"),  # dropped
}
TEXTS = {
    "12": "A fine day at the lake… #sun",
    "3": "The train is late again",
    "104": "Timetable of line 4, see http://example.org/4",
    "55": "Café au lait, très bon",
    "6": "the TRAIN is late, again!",  # the words of 3
    "71": "Opening hours: 9 to 5",
    "8": "“Best” soup in town ★",
    "90": "Lost my keys",
    "21": "Monday",
    "22": "No bread left",
    "23": "Well…",
}
MORE = {str(number): ("neutral", ("positive", "negative")[number % 2]) for number in range(300, 330)}
SPLITS = {"train": ("12", "3", "104", "55"), "dev": ("6", "71"), "test": ("8", "90")}
ENCODINGS = {"12": "gb18030", "8": "gb18030", "23": "gb18030"}  # else UTF-8


def write(folder: Path) -> Path:
    """Write `images/`, the texts in one table, labels and splits; pictures of the splits alone."""
    _write_lists(folder)
    for names in SPLITS.values():
        for name in names:
            save(folder / "images" / f"{name}.jpg", _picture(name))
    with (folder / "mvsa_single.csv").open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(["id", "text_label", "image_label", "width", "height", "text"])
        table.writerows([name, *LABELS[name], 16, 12, text] for name, text in TEXTS.items())
    return folder


def write_published(folder: Path) -> Path:
    """Write `data/` with pictures and texts of all tweets, labels and splits."""
    _write_lists(folder)
    return _write_data(folder, TEXTS)


def write_unsplit(folder: Path) -> Path:
    """Write the published folder without splits, and with as many tweets more as drawing a split needs."""
    _write_labels(folder, LABELS | MORE)
    return _write_data(folder, TEXTS | {name: f"Bulletin {name}" for name in MORE})


def _write_data(folder: Path, texts: dict[str, str]) -> Path:
    for name, text in texts.items():
        save(folder / "data" / f"{name}.jpg", _picture(name))
        (folder / "data" / f"{name}.txt").write_bytes(_bytes(name, f"{text} \n"))
    return folder


def _write_lists(folder: Path) -> None:
    _write_labels(folder, LABELS)
    for word, names in SPLITS.items():
        rows = [
            {
                "id": name,
                "label": LABELS[name][0],
                "text": _bytes(name, f"{TEXTS[name]} ").decode("latin-1"),  # as QMF's files have it
                "img": f"data/{name}.jpg",
            }
            for name in names
        ]
        (folder / f"{word}.jsonl").write_text(
            "".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8"
        )


def _write_labels(folder: Path, labels: dict[str, tuple[str, str]]) -> None:
    lines = ["ID\ttext,image", *(f"{name}\t{','.join(pair)}" for name, pair in labels.items())]
    (folder / "labelResultAll.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _bytes(name: str, text: str) -> bytes:
    return text.encode(ENCODINGS.get(name, "utf-8"))


def _picture(name: str):
    return pixels(int(name), (12, 16, 3))
