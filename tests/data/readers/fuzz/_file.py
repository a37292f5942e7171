"""A file of a writer's source, in memory."""

from dataclasses import dataclass


@dataclass(frozen=True)
class File:
    """One file.

    Attributes:
        name: its path in the source's folder.
        content: its bytes.
        optional: columns, keys and arrays that a source of this format may lack.
    """

    name: str
    content: bytes
    optional: frozenset[str] = frozenset()

    def with_byte(self, place: int, value: int) -> bytes:
        """The content with one byte replaced."""
        return self.content[:place] + bytes([value]) + self.content[place + 1 :]
