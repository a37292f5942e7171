"""A tiny label list in the layout of CMU-MOSEI's."""

from pathlib import Path

LABELS = (-2.6666667, 0.0, 1.0, 3.0, -0.3333333, 2.0)
MODES = ("train", "train", "train", "valid", "test", "test")


def write(folder: Path) -> Path:
    """Write the list and return its path."""
    lines = ["video_id,clip_id,text,label,mode"]
    for row, (label, mode) in enumerate(zip(LABELS, MODES, strict=True)):
        lines.append(f'video{row // 2},{row}_5,"Well, that is text é {row}.",{label},{mode}')
    path = folder / "label.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
