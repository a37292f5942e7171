"""Errors that say what would have been right, what is there, and what to do about it."""


class ExplainedError(ValueError):
    """Something that cannot be used.

    Args:
        *parts: where it is, in one or more words; then the next three.

    Attributes:
        expected: what would have been right.
        found: what there is.
        remedy: what the user can do.
    """

    def __init__(self, *parts: str):
        super().__init__(*parts)
        *where, self.expected, self.found, self.remedy = parts
        self._where = ": ".join(where)

    def __str__(self) -> str:
        return f"{self._where}: expected {self.expected}, found {self.found}; {self.remedy}"
