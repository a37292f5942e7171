"""Tiny TSV files in the layout of Cross-Modal-BERT: no ids, no newline at the end."""

from pathlib import Path

ROWS = {
    "train": (("I LIKED IT ", "1.2"), ("A DULL FILM", "-2.25"), ("SO SO", "0.0")),
    "dev": (("CAFÉ SCENES, NICE", "1.8"), ("NO", "-3.0")),
    "test": (("TOO LONG", "-0.6"), ("ONCE MORE", "2.5999999")),
}


def write(folder: Path) -> Path:
    """Write the three files and return the folder."""
    for word, rows in ROWS.items():
        lines = ["text\tlabel", *("\t".join(row) for row in rows)]
        (folder / f"{word}.tsv").write_bytes("\r\n".join(lines).encode())
    return folder
