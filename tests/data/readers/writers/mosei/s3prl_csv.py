"""A tiny CSV in the layout of s3prl's labels of CMU-MOSEI."""

from pathlib import Path

HEADER = ",file,index,start,end,label2a,label2b,label6,label7,split"
ROWS = (
    ("--aé", 0, "23.199", "30.325", 1, 1, 0, 1, 1),
    ("--aé", 1, "-0.487528344671", "3.23628117914", 0, -1, 2, -1, 1),
    ("b-c_d", 0, "82.753", "100.555", 1, 1, 0, 3, 0),
    ("b-c_d", 10, "119.919", "125.3", 0, -1, 1, -3, 0),
    ("b-c_d", 2, "4.84", "14.052", 1, 0, 0, 0, 0),
    ("nowhere", 0, "0.5", "1.77959183673", 1, 1, 0, 2, 3),
    ("e", 0, "36.12", "36.12", 0, -1, 3, -2, 2),
    ("e", 1, "2", "10.5", 1, 1, 0, 2, 2),
)


def write(folder: Path) -> Path:
    """Write the list and return its path."""
    lines = [HEADER, *(",".join(map(str, (number, *row))) for number, row in enumerate(ROWS))]
    path = folder / "CMU_MOSEI_Labels.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
