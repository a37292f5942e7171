"""Ten made-up rows of NYU Depth V2, which its writers lay out in three ways. The numbers begin at 1."""

TYPES = (
    *("kitchen", "kitchen", "kitchen", "kitchen", "bedroom", "bedroom"),
    *("study", "playroom", "playroom", "bookstore"),
)
CLASSES = (
    *("kitchen", "kitchen", "kitchen", "kitchen", "bedroom", "bedroom"),
    *("others", "others", "others", "bookstore"),
)
SPLIT = (
    *("train", "train", "test", "train", "test", "train"),
    *("train", "test", "train", "train"),
)
HEIGHT, WIDTH = 9, 12
ROWS = tuple(zip(range(1, len(TYPES) + 1), TYPES, CLASSES, SPLIT, strict=True))
